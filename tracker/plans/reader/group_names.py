"""The names of leadership groups: where they are founded, mentioned, or head a list."""

import re

from .dates import squeeze

_KIND = r"(?:领导小组|领导组|指挥部|联席会议|工作专班|专班|协调小组|工作小组|委员会|工作组|推进组|攻坚组|领导机构)"

_NAME_CHAR = r"[\u4e00-\u9fffA-Za-z0-9（）()·+\-—、“”《》\"]"

FOUNDED = re.compile(
    rf"(?:成立|调整|组建|建立|设立|充实|完善)(?:充实|完善)?(?:了|由[^。，；]{{2,30}}?任(?:组长|总召集人|"
    rf"召集人|指挥长|总指挥)的|以[^。，；]{{2,30}}?为(?:组长|总召集人|指挥长|总指挥)的)?"
    rf"[\"《]?(?P<name>{_NAME_CHAR}{{2,45}}?{_KIND})(?!办公室|成员|各|的(?!通知))"
)

# 主任 and 副主任 of a standing committee change: nothing is founded.
ADJUSTED = re.compile(
    rf"(?:对|将)(?P<name>{_NAME_CHAR}{{2,45}}?{_KIND})(?:的)?(?:领导|组成|部分)*(?:成员|人员|名单)*(?:单位)?"
    r"(?:作|做|进行|予以)?(?:了)?(?:出)?(?:如下|相应|适当|部分|必要)?(?:的)?调整"
)

_MENTION = re.compile(r"(?P<name>[\u4e00-\u9fffA-Za-z0-9“”]{2,40}?(?:领导小组|指挥部|联席会议|工作专班))")

LIST_TITLE = re.compile(
    rf"^(?:附件?\s*\d*\s*[：:]?\s*)?(?:关于)?(?:成立|调整)?(?P<name>{_NAME_CHAR}{{0,45}}?(?:{_KIND}|组))"
    rf"(?:办公室)?(?:成员|组成人员|组成|人员|成员单位|机构)*(?:名单|名单如下|如下)?(?:的通知)?[：:]?$"
)

GENERIC_NAMES = frozenset(
    {
        "领导小组",
        "工作领导小组",
        "小组",
        "指挥部",
        "工作专班",
        "专班",
        "联席会议",
        "领导机构",
        "领导组",
        "委员会",
        "工作组",
    }
)

OFFICE_HEAD = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,20}(?:领导小组|指挥部|联席会议|专班|委员会)"
    r")?(?:下设)?办公室(?:[（(].*[)）])?(?:成员|组成人员|人员|名单)*[：:]?$"
)

SUBGROUP = re.compile(r"^[\u4e00-\u9fff、]{2,20}(?:组|专班|小组|分指挥部)(?:[（(].{0,30}[)）])?[：:]?$")

TOLD_SUBGROUP = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,15}(?:组|专班))(?:[（(].{0,30}[)）])?[，,：:。](?=.*(?:组长|牵头|成员))"
)


_SENTENCE_WORD = re.compile(r"\d+[月日]|前(?:将|制定|报|完成)|报(?:送|领导小组|指挥部|县|区|市)|制定|向领导|定期|及时")


def tidy_name(name: str) -> str:
    """A group's name without what stands before it in the sentence."""
    name = re.sub(r"^.*(?:关于)?(?:成立|调整|组建|设立)(?:充实|完善)?(?=.{4})", "", name)
    name = re.sub(r"^(?:关于)?(?:召开|印发|转发|做好|开展)(?=.{6})", "", name)
    name = _bare(name)
    name = re.sub(r"(?<=.{4})(领导小组|指挥部|联席会议|委员会)(?:及|和|、)(?:其|下设)?[^（）()]*$", r"\1", name)
    name = re.sub(
        r"^(?:了|由.{2,30}?任(?:组长|总召集人|召集人|指挥长|总指挥)的|以.{2,30}?为(?:组长|总召集人|指挥长|"
        r"总指挥)的|相应的?|专门的?|健全|完善)",
        "",
        name,
    )
    return _bare(name)


def _bare(name: str) -> str:
    """The name without the quotation marks around it; those around its first words stay."""
    name = name.strip('"《》：: ')
    name = name[1:] if name.startswith("“") and "”" not in name else name
    return name[1:-1] if name.startswith("“") and name.endswith("”") else name.removeprefix("”")


def mentioned_name(texts: list[str]) -> str | None:
    """The fullest name by which running text speaks of the group."""
    names = [found["name"] for text in texts for found in _MENTION.finditer(squeeze(text))]
    names = [re.sub(r"^.*(?:上报|报请|根据|按照|由|及时|向|经|在|各|的|和|与|、)(?=.{6})", "", name) for name in names]
    names = [re.sub(r"^(?:成立|调整|组建)", "", name) for name in names]
    full = [name for name in names if len(name) >= 8 and not _SENTENCE_WORD.search(name)]
    return max(full, key=len) if full else None
