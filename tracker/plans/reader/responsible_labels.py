"""The labels of responsibility and time, and the brackets in which they stand."""

import re

LABELS: dict[str, str] = {
    "lead": (
        r"牵头(?:责任)?(?:单位|部门|科室|股室|处室)|主办(?:责任)?(?:单位|部门)|主要责任(?:单位|部门)|主责(?:单位|部门)|"
        r"主体责任单位|首要责任单位|第一责任单位|牵头|主办|总牵头单位|主要负责(?:单位|部门)|抓总单位"
    ),
    "responsible": (
        r"责任(?:单位|部门|主体|股室|处室)|承办(?:单位|部门)|落实(?:单位|部门)|实施(?:单位|主体|部门)|负责(?:单位|部门)|"
        r"完成单位|责任科室|办理单位|承担单位|分工单位"
    ),
    "coop": (
        r"(?:责任[（(]配合[)）]|配合[（(]责任[)）]|协同责任|配合责任|其他责任|其它责任|协办责任|次要责任|"
        r"协助责任|共同责任)(?:单位|部门)|(?:配合|参与|协同|协办|协助|参加|支持|会办|协作|联动|涉及|参建|协调)"
        r"(?:单位|部门|科室|股室|处室)|配合|参与|协办|协同|协助"
    ),
    "leader": (
        r"(?:牵头|责任|分管|包联|包保|联系|挂点|分线|挂帅|牵头县|牵头区|牵头市|县级|区级|市级|县级牵头|"
        r"区级牵头|市级牵头|包抓|督办|分管县|分管区)领导"
    ),
    "owner": r"(?:具体|直接|第一|主要|牵头)?责任人|具体负责人|承办人|经办人|负责人|责任人员",
    "deadline": (
        r"(?:完成|整改|办理|办结|责任|落实|时间|任务|工作|整治|推进)?(?:时限|期限|时间节点|时间要求)(?:要求)?|"
        r"(?:完成|整改|办结|实施|起止)(?:时间|日期)|时间安排|时间进度"
    ),
    "standard": r"(?:完成|工作|验收|目标|质量)?标准|(?:工作|完成|年度)?目标(?:要求|值)?|成果形式|工作要求|考核指标",
    "summary": r"汇总单位|督导单位|监督单位|督办单位|验收单位",
}

LABEL = re.compile(
    "(?:(?<![\u4e00-\u9fff])|(?=[\u4e00-\u9fff]{2,8}(?:单位|部门|[科股处]室|时限|领导|时间|责任人)\\s*[：:]))(?:"
    + "|".join(f"(?P<{key}>{words})" for key, words in LABELS.items())
    + r")\s*(?:[：:]|为(?=[省市县区各州镇乡]))\s*"
)

ANY_LABEL = re.compile("(?:" + "|".join(f"(?:{words})" for words in LABELS.values()) + r")\s*[：:]")

_PAIRS = {"（": "）", "(": ")", "[": "]", "【": "】", "〔": "〕"}

_BEFORE_LABEL = re.compile(
    r"(?<=[^\s：:；;，,。（(])\s+(?=(?:" + "|".join(f"(?:{words})" for words in LABELS.values()) + r")\s*[：:])"
)


def mark_labels(text: str) -> str:
    """Put a stop where only a blank parts one label's value from the next label."""
    return _BEFORE_LABEL.sub("；", text)


def bracket_spans(text: str) -> list[tuple[int, int]]:
    """Outermost brackets of a text as (start, end) with the brackets inside."""
    spans: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, char in enumerate(text):
        if char in _PAIRS:
            stack.append((_PAIRS[char], index))
        elif stack and (char == stack[-1][0] or (char in ")）" and stack[-1][0] in ")）")):
            start = stack.pop()[1]
            if not stack:
                spans.append((start, index + 1))
    return spans


def is_label_line(text: str) -> bool:
    """Whether a paragraph is nothing but labels and their values."""
    bare = re.sub(r"\s+", "", text).lstrip("（([【")
    return bool(LABEL.match(bare))


def strip_spans(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the places where units and times were printed as a note."""
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return re.sub(r"([。；，])[。；，]+", r"\1", text).strip()
