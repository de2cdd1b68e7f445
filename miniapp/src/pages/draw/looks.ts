// How the states of a draw, and of an entry in it, look.
const LOOKS: Record<string, string> = { 登记中: "brand", 已登记: "brand", 已中签: "good", 未中签: "bad", 资格不符: "bad", 正在派号: "warn", 摇号中: "warn" };
export const drawLook = (label: string) => LOOKS[label] ?? "";
