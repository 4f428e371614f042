"""The one refusal of the reader: a file that cannot be read as a plan document."""

from collections.abc import Mapping
from types import MappingProxyType


def N_(msgid: str) -> str:  # noqa: N802 - the extraction keyword of gettext
    """Mark a Chinese sentence for the message catalogues without translating it here."""
    return msgid


REASONS: Mapping[str, str] = MappingProxyType(
    {
        "empty": N_("文件是空的，没有可读的内容。"),
        "too_large": N_("文件超过 20 MB，请另存为较小的文件后再上传。"),
        "too_long": N_("文件的文字太多，不像一份实施方案，请只上传方案正文和附表。"),
        "wrong_kind": N_("只能读取 .txt 和 .docx 文件，请另存为其中一种格式后再上传。"),
        "old_word": N_("这是旧版 Word（.doc）文件，请在 Word 或 WPS 中另存为 .docx 后再上传。"),
        "not_docx": N_("文件扩展名是 .docx，内容却不是 Word 文档。"),
        "not_text": N_("文件扩展名是 .txt，内容却不是文本。"),
        "encoding": N_("认不出文本的编码，请另存为 UTF-8 编码后再上传。"),
        "bomb": N_("文件解压后过大或结构异常，为安全起见不予读取。"),
        "macro": N_("文件带有宏，为安全起见不予读取，请另存为不带宏的 .docx。"),
        "damaged": N_("文件已损坏或被加密，无法打开。"),
        "missing": N_("找不到这个文件，或没有权限读取。"),
    }
)


class UnreadableDocument(Exception):  # noqa: N818 - it names the document, not a failure of ours
    """A document that the reader refuses, with a sentence that says why and what to do."""

    def __init__(self, reason_code: str, message: str | None = None) -> None:
        self.reason_code = reason_code
        self.message = message if message is not None else REASONS[reason_code]
        super().__init__(self.message)
