"""Where the client's sources are, and what is made of them."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "miniapp"
BUILT = SOURCE / "dist" / "build"
WECHAT = BUILT / "mp-weixin"
ALIPAY = BUILT / "mp-alipay"
BROWSER = BUILT / "h5"
# The citizen door that the mini-programs' packages are built for; `miniapp/vite.config.ts` bakes it in.
DOOR = (os.environ.get("CITIZEN_DOOR") or "http://127.0.0.1:8100").rstrip("/")
SERVED = ROOT / "miniprogram_bff" / "h5"  # committed: `make run` and `make test` know no Node
RECORD = SOURCE / "built.json"
