"""The division that a title or the name of a body begins with."""

import re

_REGION_STOP = frozenset(
    (
        "城市 全市 全区 全县 我市 我区 我县 社区 园区 校区 山区 地区 景区 小区 辖区 灾区 本市 "
        "本区 本县 城区 乡镇 市区 街区 县区 县市 区县 库区 新区 郊区 片区 厂区 老区 湖区"
    ).split()
)

_PROVINCE = (
    r"(?:[\u4e00-\u9fff]{2,3}?省(?!级)|[\u4e00-\u9fff]{2,8}?自治区|"
    r"北京市|上海市|天津市|重庆市|内蒙古|广西|新疆|西藏|宁夏)"
)

_STOP = (
    "委|政府|人民|办公|党|共|创建|争创|申报|推进|全国|全面|关于|召开|开展|国家|文明|卫生|城市|义务|教育|森林|园林|"
    "加强|实施|建设|深化|优化|打造|促进|提升|落实|迎接|整治|治理|成立|调整|做好|安全|生态|食品|社区"
)

_C = rf"(?:(?!{_STOP})[\u4e00-\u9fff])"

_REGION = re.compile(
    rf"^(?P<r>(?:{_PROVINCE})?(?:{_C}{{1,5}}?(?:自治州|市(?![区县])|州(?![区县市])|盟|地区))?(?:{_C}{{1,12}}?(?:自治县|自治旗|"
    rf"开发区|管理区|示范区|新区|高新区|林区|区|县|市|旗))?(?:{_C}{{1,5}}?(?:街道|镇|乡|苏木))?)"
)


def region_of(text: str | None) -> str | None:
    """The division that a title or a body's name begins with."""
    if not text:
        return None
    bare = re.sub(r"^(?:中共|中国共产党)", "", re.sub(r"^(?:关于)?(?:印发)?[《〈“]?", "", text.replace(" ", "")))
    bare = re.sub(r"^(?:(?:19|20)\d{2}年度?|成立|调整|推进|开展|做好|全面|创建|建立|加强|召开|实施)+", "", bare)
    found = _REGION.match(bare)
    region = found["r"] if found else ""
    if not region or region in _REGION_STOP or len(region) < 2 or (region[-2:] in _REGION_STOP and len(region) > 6):
        return None
    return region
