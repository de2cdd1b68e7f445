"""The door for citizens on WeChat, Alipay, in a browser and in the chat: one module per screen."""
