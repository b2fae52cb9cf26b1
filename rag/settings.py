"""Every setting of the product in one typed object.

Precedence: command-line options, then environment ``CEWEN_*``, then ``cewen.toml`` in the working
directory, then the defaults below. Unknown keys are refused. Read once at start-up and passed on
as plain values.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableSetting

from corpus.errors import SettingsError
from corpus.readers.content import Limits

SETTINGS_FILE = Path("cewen.toml")
ENVIRONMENT_PREFIX = "CEWEN_"
MIB = 1024 * 1024

ApiRole = Literal["reader", "editor"]
Source = Literal["命令行", "环境变量", "cewen.toml", "默认值"]


class Settings(BaseSettings):
    """The effective settings; descriptions give unit and range."""

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, toml_file=SETTINGS_FILE, extra="forbid", frozen=True
    )

    index: Path = Field(Path(".cewen/index"), description="索引目录")
    host: str = Field("127.0.0.1", description="监听地址；默认只允许本机访问")
    port: int = Field(7860, ge=0, le=65535, description="监听端口，0表示自动选择")
    encoder: str = Field(
        "embedded", description="向量模型：embedded（随软件安装）、模型名称或本地文件夹"
    )
    encoder_query_prompt: str | None = Field(
        None, description="向量模型读问题前加的提示语；留空时用模型自带的，空文字表示不加"
    )
    encoder_batch_size: int = Field(64, ge=1, le=4096, description="向量模型一批读入的段落数")
    dense_weight: float | None = Field(
        None, ge=0, le=5, description="向量检索的权重；留空时用模型自带的数值"
    )
    reranker: str = Field(
        "", description="重排模型（CrossEncoder）：模型名称或本地文件夹；留空时不重排"
    )
    rerank_candidates: int = Field(20, ge=2, le=1000, description="重排模型读的段落数")
    rerank_weight: float = Field(1.0, ge=0, le=10, description="重排得分的权重；检索得分的权重是1")
    reader: str = Field("", description="阅读模型（抽取式问答）：模型名称或本地文件夹；留空时不用")
    reader_weight: float = Field(
        1.0, ge=0, le=10, description="阅读模型选中的句子最多加的分；得分是概率的自然对数"
    )
    model_length: int = Field(
        512, ge=64, le=8192, description="重排、阅读模型一次读入的长度（词元），不超过模型的上限"
    )
    model_batch_size: int = Field(16, ge=1, le=1024, description="重排、阅读模型一批读入的段落数")
    candidates: int = Field(100, ge=10, le=1000, description="每路检索取回的段落数")
    question_limit: int = Field(500, ge=1, le=5000, description="问题长度上限（字）")
    read_file_mib: int = Field(50, ge=1, le=1024, description="读取的单个文件大小上限（MiB）")
    read_expanded_mib: int = Field(
        300, ge=1, le=10240, description="一个压缩文件（docx、zip 等）展开后的大小上限（MiB）"
    )
    read_pages: int = Field(5000, ge=1, le=100_000, description="一份文件的页数上限")
    read_seconds: float = Field(120, ge=1, le=86_400, description="读取一个文件的时间上限（秒）")
    read_memory_mib: int = Field(
        4096, ge=512, le=1024 * 1024, description="读取文件的进程的内存上限（MiB）"
    )
    read_workers: int = Field(0, ge=0, le=256, description="读取文件的进程数；0表示与CPU核数相同")
    upload_files: int = Field(100, ge=1, le=10000, description="一次上传的文件数上限")
    upload_file_mib: int = Field(20, ge=1, le=1024, description="单个文件大小上限（MiB）")
    upload_total_mib: int = Field(200, ge=1, le=10240, description="一次上传总大小上限（MiB）")
    api_keys: dict[str, ApiRole] = Field(
        default_factory=dict, description="API密钥及其角色（reader 只读，editor 可增删文件）"
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line over environment over ``cewen.toml``."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def limits(self) -> Limits:
        """What reading one file may cost."""
        return Limits(
            file_bytes=self.read_file_mib * MIB,
            expanded_bytes=self.read_expanded_mib * MIB,
            pages=self.read_pages,
            seconds=self.read_seconds,
            memory_bytes=self.read_memory_mib * MIB,
        )

    @property
    def upload_file_bytes(self) -> int:
        """Largest accepted file, in bytes."""
        return self.upload_file_mib * MIB

    @property
    def upload_total_bytes(self) -> int:
        """Largest accepted upload, in bytes."""
        return self.upload_total_mib * MIB


def load_settings(**overrides: Any) -> Settings:  # noqa: ANN401 - values are checked by Settings
    """Read the settings; ``overrides`` that are None are ignored.

    Raises SettingsError for an unknown key, in ``cewen.toml`` or as ``CEWEN_*``, and for a value
    that is not accepted.
    """
    _refuse_unknown_environment()
    given = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _settings_error(error) from error
    except UnreadableSetting as error:
        raise SettingsError(
            "api_keys",
            "不是JSON对象",
            accepted='形如 {"密钥": "reader"}，角色为 reader 或 editor',
            advice="请改正 CEWEN_API_KEYS 或 cewen.toml 中的 api_keys",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(
            str(SETTINGS_FILE),
            f"无法读取（{error}）",
            accepted="文件须是UTF-8编码的TOML格式",
            advice="请改正后重试，或删除该文件以使用默认设置",
        ) from error


def sources(settings: Settings, **overrides: Any) -> dict[str, Source]:  # noqa: ANN401
    """Where each effective value came from."""
    in_file = (
        tomllib.loads(SETTINGS_FILE.read_text(encoding="utf-8")) if SETTINGS_FILE.is_file() else {}
    )
    found: dict[str, Source] = {}
    for key in type(settings).model_fields:
        if overrides.get(key) is not None:
            found[key] = "命令行"
        elif f"{ENVIRONMENT_PREFIX}{key.upper()}" in map(str.upper, os.environ):
            found[key] = "环境变量"
        else:
            found[key] = "cewen.toml" if key in in_file else "默认值"
    return found


def write_settings(values: Mapping[str, float]) -> None:
    """Set ``values`` in ``cewen.toml``; what else is in the file, comments too, stays.

    Raises SettingsError when the file is no TOML or cannot be written; then it is as it was.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    beside = SETTINGS_FILE.with_name(f"{SETTINGS_FILE.name}.new")
    try:
        text = SETTINGS_FILE.read_text(encoding="utf-8") if SETTINGS_FILE.is_file() else ""
        content = tomlkit.parse(text)
        for key, value in values.items():
            content[key] = value
        beside.write_text(tomlkit.dumps(content), encoding="utf-8")
        if SETTINGS_FILE.is_file():
            shutil.copymode(SETTINGS_FILE, beside)  # it may hold keys that not everybody may read
        beside.replace(SETTINGS_FILE)
    except (TOMLKitError, OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            str(SETTINGS_FILE),
            f"无法写入（{error}）",
            accepted="文件须是UTF-8编码的TOML格式，并且可以改写",
            advice="请检查文件和权限，或自己把数值写进去",
        ) from error


def _refuse_unknown_environment() -> None:
    known = {f"{ENVIRONMENT_PREFIX}{key.upper()}" for key in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(ENVIRONMENT_PREFIX) and name.upper() not in known:
            raise SettingsError(
                name,
                "没有这个设置项",
                accepted=f"可用的环境变量：{'、'.join(sorted(known))}",
                advice="请改正名称或取消该变量（unset）",
            )


def _settings_error(error: ValidationError) -> SettingsError:
    first = error.errors()[0]
    # Of a setting that is a mapping only the name is told: its keys are secrets.
    key = str(first["loc"][0]) if first["loc"] else "cewen.toml"
    field = Settings.model_fields.get(str(first["loc"][0]) if first["loc"] else "")
    if first["type"] == "extra_forbidden" or field is None:
        return SettingsError(
            key,
            "没有这个设置项",
            accepted=f"可用的设置项：{'、'.join(Settings.model_fields)}",
            advice="请用 cewen config show 查看全部设置后改正",
        )
    limits = "，".join(
        f"{word}{getattr(rule, name)}"
        for rule in field.metadata
        for name, word in (("ge", "不小于"), ("le", "不大于"))
        if getattr(rule, name, None) is not None
    )
    return SettingsError(
        key,
        f"值“{first['input']}”不可用",
        accepted=f"{field.description}{'，' + limits if limits else ''}",
        advice="请用 cewen config show 查看当前设置后改正",
    )
