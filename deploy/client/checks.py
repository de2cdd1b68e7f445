"""What can be told of the packages without the vendors' tools: sizes, strangers' addresses, WeChat's own compilers."""

import gzip
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.client.places import ALIPAY, BROWSER, DOOR, SOURCE, WECHAT

PACKAGE_LIMIT = 1_500_000  # bytes of a main package; both vendors take 2 MB
FIRST_LOAD_LIMIT = 120_000  # bytes, compressed, until the home screen stands in a browser
TEXTS = {".js", ".css", ".wxss", ".acss", ".wxml", ".axml", ".json", ".html", ".svg"}
ADDRESS = re.compile(r"""(?:(?:https?:)?//(?=[a-z0-9-]+\.[a-z])|https?://(?=\d+\.\d+\.\d))[^\s"'`)\\]+""")
# Also what would fetch a stranger's address however it is spelt.
STRANGE = re.compile(ADDRESS.pattern + r"|wx\.preloadAssets")
# Names of XML dialects, and pages of manuals that warnings of the libraries name: nothing is fetched from them.
NAMES = ("http://www.w3.org/", "https://vuejs.org/error-reference/", "https://uniapp.dcloud.net.cn/tutorial/run/")
# A picture uni-app puts into its styles, which nothing of ours shows.
UNI_PICTURE = re.compile(r"url\([^)]*dcloud\.net\.cn/img/shadow-grey\.png[^)]*\)")
# It also fetches that picture in WeChat, three seconds after the start, from an address spelt in numbers.
UNI_PRELOAD = re.compile(r"!function\(\)\{if\(\w+\(wx\.preloadAssets\)\)\{.*?3e3\)\}\}\(\),?")
COMPILERS = SOURCE / "node_modules" / "miniprogram-compiler" / "bin" / "linux"


class Unfit(Exception):
    """打包结果不合要求。"""


def strip_strangers() -> None:
    """Take out the one foreign address that uni-app puts in, and what fetches it."""
    for path in (path for folder in (ALIPAY, WECHAT, BROWSER) for path in _texts(folder)):
        said = path.read_text(encoding="utf-8")
        clean = UNI_PRELOAD.sub("", UNI_PICTURE.sub("none", said))
        if clean != said:
            path.write_text(clean, encoding="utf-8")


def strangers(folder: Path, *, door: str = DOOR) -> list[str]:
    """Addresses outside the city's own door, with the file they stand in."""
    return [
        f"{path.relative_to(folder)}: {found}"
        for path in _texts(folder)
        for found in STRANGE.findall(path.read_text(encoding="utf-8"))
        if not found.startswith((*NAMES, f"{door}/")) and found != door
    ]


def size(folder: Path) -> int:
    """Bytes of a package as the vendors count it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def first_load(folder: Path = BROWSER) -> int:
    """Compressed bytes of what a browser fetches until the home screen stands: the page, what it names (home is among
    it) and what that imports.
    """
    page = (folder / "index.html").read_text(encoding="utf-8")
    wanted = {folder / name for name in re.findall(r'(?:src|href)="\./([^"]+)"', page)}
    while more := {one for path in wanted if path.suffix == ".js" for one in _imports(path)} - wanted:
        wanted |= more
    return sum(len(gzip.compress(path.read_bytes(), 6)) for path in [*wanted, folder / "index.html"])


def _imports(path: Path) -> Iterator[Path]:
    for name in re.findall(r'(?:from|import)"\./([^"]+\.js)"', path.read_text(encoding="utf-8")):
        yield path.parent / name


def compile_wechat() -> None:
    """WeChat's own compilers read every template and style sheet. Raises CalledProcessError with line and column."""
    templates = sorted(path.relative_to(WECHAT).as_posix() for path in WECHAT.rglob("*.wxml"))
    styles = sorted(path.relative_to(WECHAT).as_posix() for path in WECHAT.rglob("*.wxss"))
    for words in (["wcc", "-d", *templates], ["wcsc", "-lc", *styles]):
        tool = COMPILERS / words[0]
        tool.chmod(0o755)
        subprocess.run([tool, *words[1:]], cwd=WECHAT, stdout=subprocess.DEVNULL, check=True)


def all_of_it() -> dict[str, int]:
    """Sizes, by name. Raises Unfit with everything that is wrong."""
    sizes = {"wechat": size(WECHAT), "alipay": size(ALIPAY), "h5 first load, gzip": first_load()}
    limits = {"wechat": PACKAGE_LIMIT, "alipay": PACKAGE_LIMIT, "h5 first load, gzip": FIRST_LOAD_LIMIT}
    wrong = [f"{name}: {found:,} bytes > {limits[name]:,}" for name, found in sizes.items() if found > limits[name]]
    wrong += [one for folder in (WECHAT, ALIPAY, BROWSER) for one in strangers(folder)]
    if wrong:
        raise Unfit("\n".join(wrong))
    return sizes


def _texts(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix in TEXTS)
