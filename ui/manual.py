"""The page at ``/docs``: the interface described in Chinese, from the OpenAPI schema alone.

One HTML page without a script or any outside resource, because the service runs where there is no
internet. Everything taken from the schema is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Schema = Mapping[str, Any]

STYLE = """
body { margin: 0; background: #f6f7f9; color: #1d2733; font: 15px/1.7 system-ui, "Noto Sans CJK SC",
  "Microsoft YaHei", "PingFang SC", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; } h2 { margin-top: 2.2rem; border-bottom: 1px solid #d5dbe3; }
article { background: #fff; border: 1px solid #dfe4ea; border-radius: 8px; padding: .8rem 1.1rem;
  margin: .9rem 0; }
article h3 { margin: .1rem 0 .3rem; font-size: 1rem; }
code { font: 13px/1.5 ui-monospace, Consolas, "Noto Sans Mono CJK SC", monospace;
  overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 3.6rem; color: #fff; background: #1f4e79;
  padding: 0 .5rem;
  border-radius: 4px; text-align: center; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0 .8rem; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #e8ecf0;
  padding: .25rem .6rem .25rem 0; }
th { color: #56636f; font-weight: 500; } .scroll { overflow-x: auto; } nav a { margin-right: 1rem; }
a { color: #1f4e79; }
"""

CONSTRAINTS = (
    ("minLength", "至少{:g}字"),
    ("maxLength", "至多{:g}字"),
    ("minimum", "≥{:g}"),
    ("maximum", "≤{:g}"),
    ("minItems", "至少{:g}项"),
    ("maxItems", "至多{:g}项"),
)
TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "boolean": "true/false",
    "object": "对象",
    "array": "列表",
    "null": "null",
}
PLACES = {"query": "查询参数", "path": "路径", "header": "请求头"}


def page(openapi: Schema) -> str:
    """Render the whole page."""
    models = openapi.get("components", {}).get("schemas", {})
    operations = "".join(_operations(openapi))
    rendered = "".join(_model(name, models[name]) for name in sorted(models))
    info = openapi["info"]
    about = "".join(f"<p>{escape(line)}</p>" for line in info["description"].split("\n\n"))
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} 接口说明</title><style>{STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])} 接口说明 <small>{escape(info['version'])}</small></h1>{about}"
        '<nav><a href="#operations">接口</a><a href="#models">数据结构</a>'
        '<a href="/openapi.json">openapi.json</a><a href="/">回到提问页面</a></nav>'
        f'<h2 id="operations">接口</h2>{operations}<h2 id="models">数据结构</h2>{rendered}'
        "</main></body></html>"
    )


def _operations(openapi: Schema) -> Iterator[str]:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield _operation(path, method, operation)


def _operation(path: str, method: str, operation: Schema) -> str:
    parameters = "".join(
        _row(
            parameter["name"],
            parameter["schema"],
            required=parameter.get("required", False),
            place=PLACES.get(parameter["in"], parameter["in"]),
        )
        for parameter in operation.get("parameters", ())
    )
    return (
        f'<article><h3><span class="method">{escape(method.upper())}</span> '
        f"<code>{escape(path)}</code> {escape(operation.get('summary', ''))}</h3>"
        f"<p>{escape(operation.get('description', ''))}</p>"
        f"{_table(parameters)}{_bodies(operation)}</article>"
    )


def _bodies(operation: Schema) -> str:
    lines = []
    for media, body in operation.get("requestBody", {}).get("content", {}).items():
        lines.append(f"<p>请求体（{escape(media)}）：{type_name(body.get('schema', {}))}</p>")
    for status, response in operation.get("responses", {}).items():
        kinds = [type_name(body.get("schema", {})) for body in response.get("content", {}).values()]
        if status.startswith("2"):
            lines.append(f"<p>响应 {escape(status)}：{'、'.join(kinds) or '无内容'}</p>")
    return "".join(lines)


def _model(name: str, schema: Schema) -> str:
    required = schema.get("required", ())
    rows = "".join(
        _row(field, inner, required=field in required)
        for field, inner in schema.get("properties", {}).items()
    )
    return (
        f'<article id="{escape(name)}"><h3><code>{escape(name)}</code> '
        f"{escape(schema.get('title', ''))}</h3>{_table(rows)}</article>"
    )


def _row(name: str, schema: Schema, *, required: bool, place: str = "") -> str:
    notes = [place, "必填" if required else "", *constraints(schema)]
    if schema.get("default") not in (None, "", []):
        notes.append(f"默认 {schema['default']}")
    return (
        f"<tr><td><code>{escape(name)}</code></td><td>{type_name(schema)}</td>"
        f"<td>{escape('，'.join(note for note in notes if note))}</td>"
        f"<td>{escape(schema.get('description', ''))}</td></tr>"
    )


def _table(rows: str) -> str:
    if not rows:
        return ""
    head = "<tr><th>名称</th><th>类型</th><th>要求</th><th>说明</th></tr>"
    return f'<div class="scroll"><table>{head}{rows}</table></div>'


def constraints(schema: Schema) -> list[str]:
    """Say a field's limits in Chinese, those of its alternatives included.

    >>> constraints({"type": "integer", "minimum": 1, "maximum": 50})
    ['≥1', '≤50']
    """
    alternatives = [schema, *schema.get("anyOf", ())]
    return [
        words.format(alternative[key])
        for alternative in alternatives
        for key, words in CONSTRAINTS
        if key in alternative
    ]


def type_name(schema: Schema) -> str:
    """Name a type as HTML, models linked.

    >>> type_name({"type": "array", "items": {"type": "integer"}})
    '整数的列表'
    """
    if "$ref" in schema:
        name = escape(str(schema["$ref"]).rpartition("/")[2])
        return f'<a href="#{name}"><code>{name}</code></a>'
    if "anyOf" in schema:
        return " 或 ".join(type_name(inner) for inner in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array" and "items" in schema:
        return f"{type_name(schema['items'])}的列表"
    return TYPES.get(schema.get("type", ""), "任意")
