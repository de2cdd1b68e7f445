"""Alipay: the open gateway and its notices. RSA2 only, key mode and certificate mode."""
