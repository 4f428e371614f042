"""Papers of an invented district, and the text that every writer must bring through."""

import datetime as dt
import struct
import zlib

from tracker.documents.paper import (
    Align,
    Attachment,
    Column,
    Footer,
    Heading,
    Imprint,
    Paper,
    Paragraph,
    Party,
    Picture,
    RedHead,
    SignatureBlock,
    SignatureLine,
    Table,
)
from tracker.documents.qr import qr_code

SENTENCE = "各成员单位要对照任务分解表逐项抓好落实，做到目标明确、措施具体、时限清楚、责任到人，确保各项指标全面达标。"

TEXTS = (
    "区财政局 & 住建局 <2026>",
    "{{ 7*7 }}${7*7}{% raw %}#{7*7}",
    "𠮷𠮷野 䶮区长",
    '<img src="x" onerror="alert(1)"></p></w:t></w:p>',
    "&amp;&lt;&#x4e00;]]>-->",
    "=1+1 @SUM(1) +86",
    "“十四五”——规划…·‘校’",
    "Ünïcode naïve Ελλάδα Привет",
)
"""Texts that have broken writers of documents elsewhere."""

LONG = "".join(f"第{number}项，" for number in range(1, 800))[:3000]


def drawing() -> bytes:
    """A signature drawn by hand: a small PNG."""
    rows = b"".join(b"\x00" + bytes((x * y) % 251 for x in range(60)) for y in range(20))
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", 60, 20, 8, 0, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


GRID = Paper("行格", tuple(Paragraph("国" * 28, indent=False) for _ in range(60)))

NOTICE = Paper(
    title="关于2026年第一季度重点任务进展情况的通报",
    head=RedHead("清河区人民政府办公室文件", "清政办发〔2026〕3号"),
    addressees="各镇人民政府，区政府各部门",
    blocks=(
        Heading("一、总体情况"),
        Paragraph(SENTENCE * 3),
        Heading("（一）进展较好的单位", 2),
        Paragraph(SENTENCE * 3),
        Heading("1．区教育体育局", 3),
        Heading("（1）学校建设", 4),
        Paragraph(SENTENCE),
    ),
    attachments=(
        Attachment(
            "任务完成情况表", (Table((Column("单位", 3), Column("完成", 1, Align.CENTER)), (("甲局", "3项"),)),)
        ),
        Attachment("逾期任务清单"),
    ),
    issued_by=("清河区人民政府办公室",),
    date=dt.date(2026, 4, 2),
    note="此件公开发布",
    imprint=Imprint("清河区人民政府办公室", dt.date(2026, 4, 3), "区委办公室，区人大常委会办公室"),
)

UPWARDS = Paper(
    title="关于调整完成时限的请示",
    head=RedHead("清河区教育体育局", "清教〔2026〕8号", "李明", "特急"),
    addressees="区人民政府",
    blocks=(Paragraph(SENTENCE),),
    issued_by=("清河区教育体育局",),
    date=dt.date(2026, 4, 2),
    imprint=Imprint("清河区教育体育局", dt.date(2026, 4, 2)),
)

LETTER = Paper(
    title="2026年度目标责任书",
    blocks=(
        *(Paragraph(f"{number}．{SENTENCE}") for number in range(1, 14)),
        SignatureBlock(
            (
                Party(
                    "甲方（盖章）：",
                    "清河区人民政府",
                    (SignatureLine("负责人（签字）：", drawing(), "电子签署"),),
                    "日期甲",
                ),
                Party("乙方（盖章）：", "区教育体育局", (SignatureLine("签字："),), "　　年　　月　　日"),
            )
        ),
    ),
    footer=Footer("清责〔2026〕12号", qr_code("https://zeren.example/check/8F3K-22QX")),
)

ROWS = tuple(
    (str(number), f"起{number}甲\n{SENTENCE[: number * 3 % 50]}\n讫{number}甲", "办理中") for number in range(1, 41)
)

PLAN = Paper(
    title="重点任务分解表",
    landscape=True,
    blocks=(Table((Column("序号", 1, Align.CENTER), Column("工作任务", 6), Column("进展", 2)), ROWS),),
)

WORLD = Paper(
    title=f"标题{TEXTS[0]}",
    subtitle=TEXTS[2],
    head=RedHead(TEXTS[0], TEXTS[1], TEXTS[4]),
    addressees=TEXTS[3],
    blocks=(
        *(Paragraph(text) for text in TEXTS),
        *(Heading(text, level) for text, level in zip(TEXTS, (1, 2, 3, 4), strict=False)),
        Paragraph(f"控\x00制\x0b\ud800\uffff符\x7f{LONG}"),
        Table((Column(TEXTS[0]), Column(TEXTS[3])), tuple((text, text) for text in TEXTS), caption=TEXTS[4]),
        Table((Column(""), Column("")), (("长", LONG),)),
        SignatureBlock((Party(TEXTS[0], TEXTS[3], (SignatureLine(TEXTS[1], b"", TEXTS[2]),), TEXTS[4]),)),
        Picture(drawing(), 400, caption=TEXTS[6]),
        *(Paragraph(f"第{number}条　{SENTENCE}") for number in range(1, 201)),
    ),
    attachments=(Attachment(TEXTS[5], (Paragraph(TEXTS[7]),)),),
    issued_by=(TEXTS[3],),
    date=dt.date(2026, 4, 2),
    note=TEXTS[1],
    imprint=Imprint(TEXTS[0], dt.date(2026, 4, 2), TEXTS[3]),
    footer=Footer(f"{TEXTS[0]}\n{TEXTS[3]}"),
)

PAPERS = {
    "grid": GRID,
    "notice": NOTICE,
    "upwards": UPWARDS,
    "letter": LETTER,
    "plan": PLAN,
    "world": WORLD,
}
