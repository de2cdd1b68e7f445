"""Where the client's sources are, and what is made of them."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniapp"
BUILT = SOURCE / "dist" / "build"
WECHAT = BUILT / "mp-weixin"
ALIPAY = BUILT / "mp-alipay"
BROWSER = BUILT / "h5"
SERVED = ROOT / "miniprogram_bff" / "h5"  # committed: `make run` and `make test` know no Node
RECORD = SOURCE / "built.json"
