"""统一身份认证 by OpenID Connect: a province's single sign-on, at the wire."""
