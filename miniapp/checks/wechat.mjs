// How WeChat runs a package: https://developers.weixin.qq.com/miniprogram/dev/framework/
import { set } from "./host.mjs";
import { common } from "./phone.mjs";

export const name = "wx";
export const templates = "wxml";
export const prefix = "wx:";

// What a node does when something happens to it; null when nothing.
export function handler(node, event) {
  for (const way of [`bind${event}`, `bind:${event}`, `catch${event}`, `catch:${event}`]) if (node.attrs[way]) return (detail) => node.owner.mp[node.attrs[way]]?.({ type: event, detail, target: { dataset: {} }, currentTarget: { dataset: {} } });
  return null;
}

function instance(host, one, owner) {
  const { options } = one.kind;
  const properties = {};
  for (const [key, said] of Object.entries(options.properties ?? {})) properties[key] = said?.value ?? null;
  const page = one.page ?? one;
  const mp = { data: { ...(options.data ?? {}), ...properties }, properties, is: one.kind.file, __wxExparserNodeId__: String(one.id ?? 0), __wxWebviewId__: 1 };
  mp.setData = (changed, after) => {
    for (const [path, value] of Object.entries(changed)) set(mp.data, path, value);
    host.changed(page, after);
  };
  mp.triggerEvent = (event, detail) => one.node && handler(one.node, event)?.(detail); // a page has nobody above it
  mp.selectComponent = () => null;
  mp.createSelectorQuery = () => ({});
  Object.assign(mp, options.methods);
  if (!owner) mp.route = mp.__route__ = one.route;
  return mp;
}

export function page(host, one, query) {
  const mp = (one.mp = instance(host, one, null));
  one.kind.options.created?.call(mp);
  for (const key of Object.keys(query)) if (key in mp.properties) mp.properties[key] = query[key];
  one.kind.options.lifetimes.attached.call(mp);
  mp.hidden = () => mp.onHide?.();
  return mp;
}
export function shown(one, query) {
  one.mp.onLoad?.(query);
  one.mp.onShow?.();
  one.kind.options.lifetimes.ready?.call(one.mp);
  one.mp.onReady?.();
}
export const again = (one) => one.mp.onShow?.();
export function closed(one) {
  one.mp.onUnload?.();
  one.kind.options.lifetimes.detached?.call(one.mp);
}

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());

export function component(host, one, attrs, owner) {
  const mp = (one.mp = instance(host, one, owner));
  one.kind.options.created?.call(mp);
  for (const [name, value] of Object.entries(attrs)) if (camel(name) in mp.properties) mp.properties[camel(name)] = mp.data[camel(name)] = value;
  one.kind.options.lifetimes.attached.call(mp);
  if (mp.properties.uS) one.kind.options.properties.uS?.observer?.call(mp, mp.properties.uS);
  return mp;
}
export function told(one, attrs) {
  for (const [name, value] of Object.entries(attrs)) {
    const key = camel(name);
    if (!(key in one.mp.properties) || same(one.mp.properties[key], value)) continue;
    one.mp.properties[key] = one.mp.data[key] = value;
    one.kind.options.observers?.[key]?.call(one.mp, value);
    one.kind.options.properties[key]?.observer?.call(one.mp, value);
  }
}
const same = (one, other) => one === other || JSON.stringify(one) === JSON.stringify(other);
export const ready = (one) => one.kind.options.lifetimes.ready?.call(one.mp);
export const ended = (one) => one.kind.options.lifetimes.detached?.call(one.mp);

export function api(host, world) {
  const phone = common(host, world);
  const kept = new Map();
  return phone.only({
    getStorageSync: (key) => (kept.has(key) ? structuredClone(kept.get(key)) : ""),
    setStorageSync: (key, value) => void kept.set(key, structuredClone(value)),
    setStorage: ({ key, data, success }) => (kept.set(key, data), success?.({})),
    removeStorageSync: (key) => void kept.delete(key),
    getStorageInfoSync: () => ({ keys: [...kept.keys()] }),
    request: ({ url, method, header, data, success, fail, complete }) => phone.ask({ url, method, headers: header, data, success: ({ data, status, headers }) => success?.({ data, statusCode: status, header: headers }), fail, complete }),
    login: ({ success }) => world.code("wechat").then((code) => success({ code })),
    requestPayment: (given) => world.pay("wechat", given).then((ok) => (ok ? given.success({ errMsg: "requestPayment:ok" }) : given.fail({ errMsg: "requestPayment:fail cancel" }))),
    requestSubscribeMessage: ({ tmplIds, success }) => success(Object.fromEntries(tmplIds.map((one) => [one, "accept"]))),
    showToast: ({ title }) => world.tells(title),
    showModal: ({ content, success }) => (world.tells(content), success({ confirm: true, cancel: false })),
    setNavigationBarTitle: ({ title }) => void (host.title = title),
    showShareMenu() {},
    arrayBufferToBase64: (bytes) => Buffer.from(bytes).toString("base64"),
    getWindowInfo: () => ({ windowWidth: 390, windowHeight: 780, pixelRatio: 3 }),
    getDeviceInfo: () => ({ platform: "ios", system: "iOS 18.0", brand: "iPhone", model: "iPhone" }),
    getAppBaseInfo: () => ({ SDKVersion: "3.8.0", language: "zh_CN", version: "8.0.50" }),
  });
}
