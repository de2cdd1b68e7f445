// In the frame of another site (the widget) everybody is a visitor, and nothing is stored. Its page says where the whole
// application is: what leaves the chat opens there, in a window of its own.
let whole: string | undefined;
// #ifdef H5
whole = document.documentElement.dataset.visitor;
// #endif
export const isFrame = () => whole !== undefined;
export const outside = (address: string) => `${whole ?? ""}#/${address}`;
