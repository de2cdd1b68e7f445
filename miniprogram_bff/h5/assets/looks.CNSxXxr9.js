const a={"登记中":"brand","已登记":"brand","已中签":"good","未中签":"bad","资格不符":"bad","正在派号":"warn","摇号中":"warn"},d=d=>a[d]??"";export{d};
