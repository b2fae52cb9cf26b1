"""Documents as they are written: text, structure, metadata, passages and facts.

In reading order: ``readers`` turn a file's bytes into text and layout, ``load`` and ``ingest``
files into documents, the latter in processes of their own. ``parse`` finds what a text holds: the
section tree (``reading``, ``numbering``, ``series``, ``headings``, ``sections``; heads without a
number in ``unnumbered``, ``openings``, ``lone_lines``), ``tables``, ``passages``, ``facts``;
``metadata`` what it says of itself.

Glossary. Document 文件: one file whose text never changes. Section 章节: a node of its numbering
tree. Passage 段落: what is indexed and quoted; it never crosses a section. Region 地区: the
administrative division a document speaks for. 发文字号: the document number, for example
浙政办发〔2017〕100号. 成文日期: the day it was signed; 发布日期: the day it was published.
责任单位: the bodies charged with a task.

Every offset in this project counts characters of ``Document.text``, half-open ``[start, end)``.
"""

from corpus.document import Document, Metadata, Passage, Section
from corpus.errors import CewenError

__all__ = ["CewenError", "Document", "Metadata", "Passage", "Section"]
