"""Writes the Word variants of plan documents anew: python tests/plans/variants/make_docx.py."""

from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

HERE = Path(__file__).parent
MERGED_UP, MERGED_LEFT = "^", "<"

NUMBERING = """
<w:abstractNum {ns} w:abstractNumId="90"><w:multiLevelType w:val="multilevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="（%2）"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%3."/></w:lvl>
</w:abstractNum>"""


def say(document: DocumentType, *lines: str, centred: bool = False) -> None:
    """Adds one paragraph for each line; a line break inside a line stays inside the paragraph."""
    for line in lines:
        paragraph = document.add_paragraph(line)
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def tabulate(document: DocumentType, rows: list[list[str]], *, repeat_header: bool = False) -> None:
    """Adds a table; “^” joins a cell with the one above, “<” with the one to its left."""
    table = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            if text in {MERGED_UP, MERGED_LEFT}:
                continue
            bottom, right = corner(rows, y, x)
            cell = table.cell(y, x)
            if (bottom, right) != (y, x):
                cell = cell.merge(table.cell(bottom, right))
            cell.text = text
    if repeat_header:
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))


def corner(rows: list[list[str]], y: int, x: int) -> tuple[int, int]:
    """The last row and column over which the cell at y, x reaches."""
    bottom, right = y, x
    while bottom + 1 < len(rows) and rows[bottom + 1][x] == MERGED_UP:
        bottom += 1
    while right + 1 < len(rows[y]) and rows[y][right + 1] == MERGED_LEFT:
        right += 1
    return bottom, right


def use_automatic_numbering(document: DocumentType) -> None:
    """Adds the numbering 一、（一）1. of Chinese papers, whose numbers stand in no text."""
    numbering = document.part.numbering_part.element
    abstract = parse_xml(NUMBERING.format(ns=nsdecls("w")))
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))


def number(document: DocumentType, level: int, text: str) -> None:
    """Adds a paragraph that Word numbers by itself."""
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="90"/></w:numPr>'))


def rural_revitalisation() -> DocumentType:
    document = Document()
    say(document, "青岚县乡村振兴“百村示范”工程实施方案", centred=True)
    say(
        document,
        "青乡振组发〔2025〕4号",
        "",
        "为全面推进乡村振兴，打造一批宜居宜业和美乡村，制定本实施方案。",
        "一、工作步骤",
        "（一）谋划启动（2025年3月）。编制村庄规划，确定首批示范村。",
        "（二）建设实施（2025年4月至2026年10月）。分类推进项目建设。",
        "（三）验收评价（2026年11月—12月）。组织第三方评价。",
        "二、组织领导",
        "成立青岚县乡村振兴“百村示范”工程领导小组，成员名单见附件1。领导小组办公室设在县农业农村局，"
        "由县农业农村局局长公孙策同志兼任办公室主任，县乡村振兴服务中心主任云中鹤任副主任。",
        "任务分工见附件2。",
        "青岚县委农村工作领导小组",
        "2025年3月3日",
        "附件1",
    )
    say(document, "领导小组成员名单", centred=True)
    tabulate(
        document,
        [
            ["小组职务", "姓  名", "单位及职务"],
            ["组  长", "东方既白", "县委书记"],
            ["^", "百里行", "县委副书记、县长"],
            ["常务副组长", "苍  梧", "县委副书记"],
            ["副组长", "公冶长青", "县委常委、县政府副县长"],
            ["成  员", "公孙策", "县农业农村局党组书记、局长"],
            ["^", "凌　霄", "县财政局局长"],
            ["^", "杜　若", "县自然资源局局长、县林业局局长"],
            ["^", "辛　夷", "枫溪乡乡长"],
        ],
    )
    say(document, "附件2")
    say(document, "重点任务分解表", centred=True)
    tabulate(
        document,
        [
            ["序号", "类别", "工作任务", "牵头单位", "配合单位", "完成时限"],
            [
                "1",
                "产业发展",
                "新建高标准农田2.4万亩，改造提升1.1万亩",
                "县农业农村局",
                "县水利局、县财政局",
                "2025年12月31日前",
            ],
            ["2", "^", "培育县级以上农业龙头企业10家以上", "^", "县市场监管局", "2026年6月底前"],
            [
                "3",
                "乡村建设",
                "农村卫生厕所普及率达到92%，自来水普及率不低于96%",
                "县住建局",
                "县水利局、县卫健局",
                "2026年10月底前",
            ],
            ["4", "^", "行政村5G网络通达率100%", "县工信局", "", "2025年9月30日"],
            ["5", "^", "开展村庄清洁行动", "县农业农村局", "各乡镇", "持续推进"],
            ["6", "乡村治理", "示范村“积分制”推广面达到100%", "县委组织部", "县民政局", "每季度末"],
        ],
        repeat_header=True,
    )
    return document


def old_neighbourhoods() -> DocumentType:
    document = Document()
    use_automatic_numbering(document)
    say(document, "鹭洲市人民政府办公室", "关于印发鹭洲市城镇老旧小区改造工作方案的通知", centred=True)
    say(
        document,
        "鹭政办函〔2024〕56号",
        "各区人民政府，市政府各部门：",
        "现将《鹭洲市城镇老旧小区改造工作方案》印发给你们，请遵照执行。",
        "2024年5月17日",
    )
    say(document, "鹭洲市城镇老旧小区改造工作方案", centred=True)
    number(document, 0, "主要任务")
    number(document, 1, "摸底建库")
    number(
        document,
        2,
        "全面摸清2000年底前建成的小区底数，2024年7月底前完成项目入库。（市住建局牵头，市自然资源局、各区政府配合）",
    )
    number(
        document,
        2,
        "开展居民意愿征集，同意改造户数比例不低于三分之二方可实施。（各区政府牵头）",
    )
    number(document, 1, "组织实施")
    number(
        document,
        2,
        "年内开工改造小区86个，惠及居民1.35万户。（市住建局牵头，市财政局、市发改委配合）",
    )
    number(
        document,
        2,
        "同步改造供水、供气、供热管网，管线入地率达到80%以上。（市城管局牵头，市国资委、通信管理办公室配合）",
    )
    number(document, 1, "长效管理")
    number(
        document,
        2,
        "改造后小区物业管理覆盖率达到100%，2025年12月底前业主委员会组建率不低于70%。（市住建局牵头，市民政局配合）",
    )
    number(document, 0, "组织保障")
    say(
        document,
        "成立鹭洲市城镇老旧小区改造工作领导小组，市政府分管副市长任组长，具体如下：",
        "组\u3000长：\t简\u3000繁\t市委常委、副市长",
        "副组长：\t宁\u3000静\t市政府副秘书长",
        "\t\t冬\u3000青\t市住建局局长",
        "成\u3000员：\t雷震子\t市发改委副主任",
        "\t\t南\u3000星\t市财政局二级调研员",
        "\t\t平\u3000安\t市城管局副局长兼市政公用事业服务中心主任",
        "\t\t各区人民政府分管副区长",
        "领导小组下设办公室，设在市住建局，办公室主任由冬青同志兼任，副主任由市住建局副局长江上舟担任。",
    )
    number(document, 0, "有关要求")
    say(document, "各区、各部门要通力合作，每月25日前将进展情况报领导小组办公室。")
    return document


def food_safety() -> DocumentType:
    document = Document()
    say(document, "沅陂区创建食品安全示范区工作方案", centred=True)
    say(
        document,
        "为严格落实食品安全“四个最严”要求，制定本方案。",
        "一、工作目标：到2025年底，食品评价性抽检合格率达到98.5%以上。",
        "二、组织机构：成立沅陂区创建食品安全示范区领导小组（名单附后），下设综合协调组、督查考核组。"
        "领导小组办公室设在区市场监管局，办公室主任由区市场监管局局长兼任。",
        "三、任务分工：详见《任务清单》。",
        "沅陂区食品药品安全委员会办公室",
        "2024年11月20日",
        "附件：1．领导小组名单",
        "\u3000\u3000\u3000\u30002．任务清单",
        "附件1  领导小组名单",
    )
    tabulate(
        document,
        [
            ["姓名", "单位", "职务", "领导小组职务"],
            ["麦  冬", "区委、区政府", "区委副书记、区长", "组长"],
            ["竹  青", "区政府", "副区长", "副组长"],
            ["扶  苏", "区市场监管局", "党组书记、局长", "成员"],
            ["蒹  葭", "区教体局", "副局长", "成员"],
            ["长孙无忧", "区公安分局", "副局长", "成员"],
            ["采  薇", "区市场监管局", "食品协调科科长", "联络员"],
        ],
    )
    say(document, "附件2  任务清单")
    tabulate(
        document,
        [
            ["序号", "工作内容", "责任单位", "责任人", "完成时限"],
            ["1", "食品抽检量达到每千人6批次以上", "区市场监管局", "扶  苏", "2025年10月31日"],
            ["2", "农产品产地检测合格率不低于98%", "区农业农村局", "柳  絮", "2025年11月30日"],
        ],
    )
    say(document, "（续表）")
    tabulate(
        document,
        [
            ["序号", "工作内容", "责任单位", "责任人", "完成时限"],
            ["3", "学校食堂量化分级B级以上比例达100%", "区教体局", "蒹  葭", "2025年8月底前"],
            ["4", "破获食品安全刑事案件并通报典型案例5起", "区公安分局", "长孙无忧", "2025年12月底前"],
            ["5", "投诉举报办结率100%", "区市场监管局", "采  薇", "长期坚持"],
        ],
    )
    return document


def clean_air() -> DocumentType:
    document = Document()
    say(document, "望川市2026年大气污染防治攻坚行动任务清单", centred=True)
    say(document, "（望川市大气污染防治攻坚指挥部 2026年2月10日）", centred=True)
    tabulate(
        document,
        [
            ["序号", "重点任务", "目标要求", "牵头单位", "责任（配合）单位", "完成时限"],
            ["一、工业源治理", "<", "<", "<", "<", "<"],
            [
                "1",
                "挥发性有机物综合治理",
                "完成42家企业低效设施改造",
                "市生态环境局",
                "市工信局",
                "6月底前",
            ],
            ["2", "锅炉淘汰", "淘汰35蒸吨及以下燃煤锅炉18台", "^", "市市场监管局、市发改委", "10月底前"],
            ["二、移动源管控", "<", "<", "<", "<", "<"],
            [
                "3",
                "老旧车辆淘汰",
                "淘汰国四及以下排放标准营运柴油货车600辆以上",
                "市公安局",
                "市交通运输局\n市商务局",
                "12月底前",
            ],
            ["4", "油品抽检", "加油站抽检覆盖率不低于50%", "市市场监管局", "市商务局", "每年9月底前"],
            ["三、面源管控", "<", "<", "<", "<", "<"],
            [
                "5",
                "扬尘治理",
                "规模以上工地“六个百分百”达标率100%；降尘量不高于7吨/平方公里·月",
                "市住建局",
                "各县（市、区）政府",
                "持续推进",
            ],
            ["6", "秸秆禁烧", "综合利用率达到93%以上", "市农业农村局", "^", "10月前"],
        ],
        repeat_header=True,
    )
    say(document, "备注：PM2.5年均浓度不高于38微克/立方米为全市总目标。")
    return document


def name_grid() -> DocumentType:
    document = Document()
    say(document, "关于成立桐岭区第五次经济普查领导小组的通知", centred=True)
    say(
        document,
        "桐政办字〔2023〕22号",
        "各镇街，区直各部门，驻区各单位：",
        "根据上级统一部署，区政府决定成立桐岭区第五次经济普查领导小组。现将组成人员名单公布如下：",
    )
    tabulate(
        document,
        [
            ["组长", "令狐川", "<", "<", "<"],
            ["副组长", "亓官明", "濮阳静", "<", "<"],
            ["成员", "关\u3000山", "万\u3000里", "云\u3000开", "乐正远"],
            ["^", "时\u3000雨", "钟鼓楼", "晏\u3000如", "边\u3000疆"],
        ],
    )
    say(
        document,
        "领导小组办公室设在区统计局，承担普查日常工作，办公室主任由区统计局局长关山兼任。",
        "领导小组及其办公室属阶段性工作机制，任务完成后自动撤销。",
        "桐岭区人民政府办公室",
        "2023年6月9日",
    )
    return document


def soft_breaks() -> DocumentType:
    document = Document()
    say(document, "沅陂区“高效办成一件事”改革\n实施方案", centred=True)
    say(
        document,
        "一、改革目标\n到2025年6月底，首批15个“一件事”全部上线运行。",
        "二、重点任务\n（一）统一受理平台。2025年4月底前完成平台开发，办件按时办结率100%。\n"
        "牵头单位：区数据局\n配合单位：区政务服务中心、区司法局",
        "（二）精简申报材料。平均跑动次数不超过0.3次，材料压减率不低于60%。\n"
        "牵头单位：区政务服务中心\n配合单位：各相关部门\n完成时限：2025年6月底前",
        "（三）强化“好差评”。差评整改率100%，主动评价率大于85%。\n牵头单位：区政务服务中心\n完成时限：每月10日前",
        "三、组织领导\n建立区“高效办成一件事”工作专班。\n组    长：仲孙敏  区委常委、常务副区长\n"
        "副 组 长：\n闻  笛  区政府办公室副主任\n简  书  区数据局局长\n"
        "成    员：区委编办、区司法局、区公安分局、区人社局、区税务局分管负责人\n"
        "工作专班日常事务由区数据局承担。",
        "沅陂区人民政府办公室\n2024年12月30日",
    )
    return document


VARIANTS = {
    "07_rural_revitalisation": rural_revitalisation,
    "08_old_neighbourhoods": old_neighbourhoods,
    "10_food_safety": food_safety,
    "13_clean_air": clean_air,
    "20_name_grid": name_grid,
    "21_soft_breaks": soft_breaks,
}


def main() -> None:
    for slug, write in VARIANTS.items():
        document = write()
        body = document.element.body
        assert body is not None and body.tag == qn("w:body")
        document.save(str(HERE / f"{slug}.docx"))


if __name__ == "__main__":
    main()
