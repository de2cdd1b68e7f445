"""Texts and numbers that several screens show, each with an example for the document."""

from typing import Annotated

from msgspec import Meta

ItemCode = Annotated[str, Meta(max_length=64, examples=["11990100DEMA0001133990100005000"])]
Slug = Annotated[str, Meta(max_length=64, examples=["id-card-replace"])]
ItemName = Annotated[str, Meta(examples=["居民身份证丢失补领"])]
Department = Annotated[str, Meta(examples=["示例市公安局"])]
HallCode = Annotated[str, Meta(max_length=20, examples=["9901"])]
HallName = Annotated[str, Meta(examples=["示例市政务服务中心"])]
Address = Annotated[str, Meta(examples=["示例市东岸区示范大道 1 号"])]
Telephone = Annotated[str, Meta(examples=["0000-5550001"])]
Hours = Annotated[str, Meta(examples=["周一至周五 09:00–17:00；周六 09:00–12:00"])]
TypeCode = Annotated[str, Meta(max_length=60, examples=["centre-id-card"])]
TypeName = Annotated[str, Meta(examples=["居民身份证办理"])]
BookingCode = Annotated[str, Meta(max_length=20, examples=["7K3M9QXP"])]
DrawCode = Annotated[str, Meta(max_length=20, examples=["Q7W3K9MXPD"])]
CaseNo = Annotated[str, Meta(max_length=60, examples=["990100202611000017"])]
PayCode = Annotated[str, Meta(max_length=40, examples=["20261121000000000001"])]
Fen = Annotated[int, Meta(examples=[2000], description="金额，单位：分")]
