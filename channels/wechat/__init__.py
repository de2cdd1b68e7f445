"""WeChat: platform API, official-account callback, WeChat Pay v3."""
