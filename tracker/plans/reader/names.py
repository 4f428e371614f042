"""Persons and posts: recognising a name, and taking a printed row of posts apart."""

import re

from .findings import Posting
from .units import SUFFIXES, is_unit, split_top

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦"
    "邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯"
    "纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
    "瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封官谈匡鞠惠荆乐冀胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊"
    "仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危"
    "玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由闪笪令肇郦藏鲜青竺鄞能裕尹洪舒郁阎鱼敬寿危荀羿竹经原初线战亢逄逯税荀宓库"
)
_COMPOUND = (
    "欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|慕容|令狐|司徒|东方|独孤|南宫|端木|宇文|长孙|轩辕|闻人|司空|"
    "呼延|百里|拓跋|完颜|赫连|澹台|申屠|太史|濮阳|公冶|单于|淳于"
)
_GIVEN = r"[\u4e00-\u9fff]"
NAME = (
    rf"(?:(?:{_COMPOUND}){_GIVEN}{{1,2}}|[{_SURNAMES}]{_GIVEN}{{1,2}}|"
    rf"[\u4e00-\u9fff]{{2,8}}·[\u4e00-\u9fff·]{{2,10}})"
)
_NAME = re.compile(NAME)

_PARTY = "党组|党委|党工委|党总支|党支部|机关党委|党校"
_BASE = (
    "主要负责同志|分管负责同志|相关负责同志|有关负责同志|负责同志|主要负责人|分管负责人|相关负责人|"
    "有关负责人|负责人|主要领导|分管领导|相关领导|领导|班子成员|法定代表人"
    "|一级主任科员|二级主任科员|三级主任科员|四级主任科员|主任科员|一级科员|科员"
    "|一级巡视员|二级巡视员|巡视员|一级调研员|二级调研员|三级调研员|四级调研员|调研员"
    "|政法委员|组织委员|宣传委员|统战委员|纪检委员|武装部长|乡镇长|镇街长|苏木达|嘎查达"
    "|教授级高级工程师|正高级工程师|教授级高工|正高级经济师|高级经济师|高级农艺师|高级会计师|高级教师|高工|农艺师|会计师"
    "|食品安全总监|安全总监|质量总监"
    "|总召集人|召集人|书记|常委|委员长|主任委员|委员|党组成员|区长|县长|市长|州长|旗长|省长|盟长|局长|"
    "主任|部长|镇长|乡长|校长|院长|所长|站长|行长|总经理|经理"
    "|董事长|主席|会长|秘书长|检察长|大队长|支队长|中队长|总队长|队长|政委|政治委员|科长|股长|处长|厅长|"
    "司长|总督学|督学|专员|组长|理事长|园长|台长|社长"
    "|总工程师|总经济师|总规划师|总会计师|总审计师|总畜牧师|总农艺师|工程师|高级工程师|馆长|厂长|场长|"
    "村长|联络员|部队长|参谋长|教导员|指导员|干事|首席代表|总监"
    "|河长|湖长|林长|网格长|片长|段长|路长|教授|研究员|主任医师|副主任医师|律师|监事长|主管|县级干部|"
    "处级干部|科级干部|干部|成员|顾问|工作人员|总指挥|指挥长|庭长|主播|编审|老师|教师"
)
_MOD = r"(?:分管|主管|联系|协管|协助)?(?:[\u4e00-\u9fff]{1,6}?工作的?)?(?:常务|第一|执行|专职|兼职|挂职)?(?:副|代|正)?"
POST = re.compile(rf"(?:(?:{_PARTY})?{_MOD}(?:{_BASE}))")
_POST_END = re.compile(rf"(?:{_BASE})$")
_NOT_NAME_END = re.compile(
    r"(?:局|委|办|部|厅|镇|乡|街道|区|县|市|学校|小学|中学|公司|中心|院|所|政府|大队|支队|集团|银行|医院|"
    r"组|站|社区|处|科|室|单位|部门|小组)$"
)
_NOT_NAMES = frozenset(
    (
        "常委 区长 区委 区直 区属 区内 成员 单位 部门 高新区 开发区 经开区 时间 单位名 全区 "
        "全县 全市 全体 有关 相关 各镇 各乡 和平 同志 施工 计划 文明 安全 党委 党组 党政 党校 "
        "公安 公路 司法 应急 文化 文旅 农业 农村 住建 水利 财政 国土 国资 国税 金融 商务 信访 "
        "信息 宣传 房管 城管 路政 路长 河长 湖长 林长 包括 其他 其中 具体 阳光 元旦 平台 平安 "
        "明确 成立 关于 方案 任务 任命 兼任 万元 章程 农办 卫健 卫生 卫健委 教育 体育 能源 "
        "统计 交通 交警 残联 妇联 民政 人社 发改 工信 环保 审计 税务 消防 银行 电力 石油 "
        "应急局 文旅局 公安局 司法局 商务局 水务局 农业农村 常务 常委会 安监 安办 安委办 于家 "
        "相关负责 主任 职务 电话 备注 姓名 党工委 公司 司局 管理 管委会 干部 党建 国有 公共 "
        "华侨 何时 任期 都要 全部 全面 广电 广播 路灯 海关 海事 令牌 房产 南部 北部 东部 西部 "
        "应当 能够 和谐 平均 相应 由区 由县 由市 区级 强化 和各 时限 满足 宁可 向社 单独 单项 "
        "管控 解决 支持 支付 支部 支队 计生 来源 衡量 初中 高中 连续 连接 盛会 花园 安排 明年 "
        "白天 万户 万人 方面 方向 方式 石化 成果 成效 项目 权力 元素 古城 文联 侨联 经办 经理 "
        "施行 封闭 温泉 温室 项下 查处 查看 国道 省道 县道 农发 农行 工行 建行 中行 文体 文物 "
        "文广 文明办 农机 农经 公积金 公用 司机 明细 居民 居委 居委会 信用 信用社 信用办 储备 "
        "房地产 房屋 城建 国家 国安 水务 花卉 花木 戒毒 招商 招商办 海绵 商会 师范 相对 党史 "
        "党建办 安全办 关工委 荣军 原则 空缺 暂缺 待定"
    ).split()
)


def is_name(token: str, *, lenient: bool = False) -> bool:
    """Whether a token is a person's name; lenient where what follows already proves a person."""
    if "·" in token or "•" in token:
        return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,10}[·•][\u4e00-\u9fff·•]{2,12}", token))
    if not _NAME.fullmatch(token) or token in _NOT_NAMES or POST.fullmatch(token) or _POST_END.search(token):
        return False
    return lenient or not _NOT_NAME_END.search(token)


_SINGLES = re.compile(
    r"(?<![\u4e00-\u9fff·A-Za-z0-9])[\u4e00-\u9fff](?:[ \t\u3000]+[\u4e00-\u9fff])+(?![\u4e00-\u9fff])"
)
_SPACED_COMPOUND = re.compile(
    rf"(?<![\u4e00-\u9fff·A-Za-z0-9])({_COMPOUND})[ \t\u3000]+([\u4e00-\u9fff]{{1,2}})(?![\u4e00-\u9fff])"
)


def join_padded(text: str) -> tuple[str, frozenset[str]]:
    """Close the blanks inside padded names: “吕  冰” becomes “吕冰”; gives the text and the names so joined.

    In a row of several such names the wider blanks part the names; where all are alike, every two characters are one.
    """
    names: set[str] = set()

    def close(found: re.Match[str]) -> str:
        parts = re.split(r"([ \t\u3000]+)", found.group())
        chars, gaps = parts[::2], [len(gap) for gap in parts[1::2]]
        groups = [[chars[0]]]
        even = min(gaps) == max(gaps)
        for index, char in enumerate(chars[1:]):
            apart = len(groups[-1]) >= 2 and len(chars) != 3 if even else gaps[index] > min(gaps)
            if apart:
                groups.append([char])
            else:
                groups[-1].append(char)
        words = ["".join(group) for group in groups]
        names.update(word for word in words if 2 <= len(word) <= 4 and not POST.fullmatch(word))
        return "  ".join(words)

    text = _SINGLES.sub(close, text)
    for found in _SPACED_COMPOUND.finditer(text):
        names.add(found[1] + found[2])
    return _SPACED_COMPOUND.sub(r"\1\2", text), frozenset(names)


def reads_as_name(token: str) -> bool:
    """Whether a token can be a name where its place already says that a person stands there."""
    return is_name(token, lenient=True) or bool(
        re.fullmatch(r"(?![县市省镇乡区州旗党])[\u4e00-\u9fff]{2,4}", token)
        and token not in _NOT_NAMES
        and not POST.search(token)
        and not _NOT_NAME_END.search(token)
        and not re.search(r"[的和及与等各由在对为或]|以上|负责|工作", token)
    )


def ends_with_post(text: str) -> bool:
    """Whether a text ends in the word for a post, so that nothing of it is missing."""
    bare = re.sub(r"[（(][^（）()]*[)）]\s*$", "", text.strip())
    return bool(_POST_END.search(bare))


def _posts_of_segment(text: str) -> list[Posting]:
    found: list[Posting] = []
    start = 0
    matches = list(POST.finditer(text))
    for index, match in enumerate(matches):
        rest = text[match.end() :]
        if rest and index + 1 == len(matches):
            if not re.fullmatch(r"(?:[（(].*[)）])?", rest):
                break
        elif rest and (_mid_word(text, match, matches[index + 1])):
            continue
        found.append(_posting(text[start : match.start()], match.group()))
        start = match.end()
    tail = re.sub(r"^[（(].*[)）]$", "", text[start:]).strip()
    if tail:
        found.append(Posting(tail, None))
    return found


def _mid_word(text: str, match: re.Match[str], following: re.Match[str]) -> bool:
    """Whether a post word only stands inside a longer name: 区长办公会, 领导小组, 主任科员."""
    between = text[match.end() : following.start()]
    if not between:
        return (
            following.start() == match.end()
            and not re.match(r"(?:副|常务|党)", following.group())
            and match.start() == following.start()
        )
    return bool(re.match(r"(?:小组|办|室|会|学院|科|助理|医|接待|团|联)", between))


def _posting(unit: str, post: str) -> Posting:
    unit = unit.strip(" 、，,；;兼")
    core = re.sub(r"^(?:常务|第一|执行|专职|兼职)?(?:副|代|正)?", "", post)
    if (
        unit
        and len(core) == 2
        and core[1] == "长"
        and core[0] in "局部镇乡院所站行区县市州旗处科厅队"
        and not re.search(rf"(?:{SUFFIXES})$", unit)
    ):
        unit += core[0]
    elif unit and core in ("大队长", "支队长", "中队长", "总队长") and not unit.endswith(core[:2]):
        unit += core[:2]
    return Posting(unit or None, post)


_GOVERNOR = re.compile(r"(?:区长|县长|市长|州长|旗长|镇长|乡长|省长|秘书长|部长|检察长|常委|主席)$")
_FREE = re.compile(r"(?:级调研员|巡视员|级干部|主任科员|督学)$")


def split_posts(text: str) -> tuple[Posting, ...]:
    """The posts of one person as pairs of unit and post; a post without a unit keeps that of the post before."""
    text = re.sub(r"[（(](?:女|男|[\u4e00-\u9fff]{1,4}族|正[县处科]级|副[县处科]级|兼|兼任)[)）]", "", text)
    text = re.sub(r"\d{3,4}-?\d{7,8}|\d{11}", "", text)
    found: list[Posting] = []
    for segment in split_top(re.sub(r"\s+", "、", text.strip()), "、，,；;/"):
        said = re.sub(r"^(?:兼任?|现任|时任|同志|并?任)|(?:兼任?)$", "", segment.strip())
        for piece in re.split(r"(?<=[长任记员席委])兼任?", said):
            for posting in _posts_of_segment(piece.strip()):
                found.append(_inherit(posting, found))
    return tuple(found)


def _inherit(posting: Posting, before: list[Posting]) -> Posting:
    if posting.unit or not posting.post or not before or not before[-1].unit:
        return posting
    unit = before[-1].unit
    governor = _GOVERNOR.search(posting.post)
    if governor and not (unit.endswith(("政府", governor.group()[0])) and len(unit) > 1):
        return posting
    if re.search(r"(?:省委|市委|区委|县委|州委|旗委|工委)$", unit) and not re.search(
        r"(?:书记|委员|常委)$", posting.post
    ):
        return posting
    return posting if _FREE.search(posting.post) and not unit else Posting(unit, posting.post)


def is_long_name(words: list[str]) -> bool:
    """A name of four to eight characters, told by its place before a longer post: 额尔德木图  副县长."""
    notes = 1
    while notes < len(words) and words[notes][0] in "（(":
        notes += 1
    post = words[notes] if notes < len(words) else ""
    name = words[0]
    return (
        bool(re.fullmatch(r"[\u4e00-\u9fff]{4,8}", name))
        and not is_unit(name)
        and not ends_with_post(name)
        and (ends_with_post(post) or is_unit(post))
        and not re.search(r"[的和及与等各由在对为或]|以上|负责|工作|有关|人员|负责|移动|联通|电信", name)
    )
