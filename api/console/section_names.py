"""What each kind of element of a guide (办事指南要素) is called where only its kind is known."""

SECTION_NAMES = {
    "summary": "事项简介",
    "conditions": "受理条件",
    "materials": "申请材料",
    "steps": "办理流程",
    "periods": "办理时限",
    "fees": "收费标准",
    "places": "办理地点和时间",
    "online": "网上办理",
    "booking": "预约办理",
    "result": "结果送达",
    "legal_basis": "设定依据",
    "contacts": "咨询投诉",
    "notes": "注意事项",
    "variant": "情形",
    "question": "常见问题",
}
