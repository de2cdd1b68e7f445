"""WeChat and Alipay at the wire.

Signing, verifying, tokens, login, messages and payments, each as the vendor's protocol wants it. Nothing here knows
a citizen or a bill: numbers, amounts and openids go in, verified answers come out, and typed errors say what is wrong.
"""
