"""Where WeChat and Alipay call us."""
