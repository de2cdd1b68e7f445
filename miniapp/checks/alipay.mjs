// How Alipay runs a package (component2): https://opendocs.alipay.com/mini/framework/
import { set } from "./host.mjs";
import { common } from "./phone.mjs";

export const name = "my";
export const templates = "axml";
export const prefix = "a:";

const property = (event) => `on${event[0].toUpperCase()}${event.slice(1)}`;
export function handler(node, event) {
  const way = node.attrs[property(event)];
  return way ? (detail) => node.owner.mp[way]?.({ type: event, detail, target: { dataset: {} }, currentTarget: { dataset: {} } }) : null;
}

const camel = (name) => name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
// What a component is told; a handler becomes the method of who wrote it.
function props(one, attrs, owner) {
  const given = { ...one.kind.options.props };
  for (const [name, value] of Object.entries(attrs)) {
    if (/^on[A-Z]/.test(name)) given[name] = (...words) => owner.mp[value]?.(...words);
    else given[camel(name)] = value;
  }
  return given;
}

function instance(host, one, extra) {
  const page = one.page ?? one;
  const mp = { data: { ...(one.kind.options.data ?? {}) }, is: one.kind.file, $id: one.id ?? 0, ...extra };
  mp.setData = (changed, after) => {
    for (const [path, value] of Object.entries(changed)) set(mp.data, path, value);
    host.changed(page, after);
  };
  mp.$spliceData = (changed, after) => {
    for (const [path, [start, count, ...more]] of Object.entries(changed)) {
      const list = path.replace(/\[(\d+)\]/g, ".$1").split(".").reduce((at, step) => at?.[step], mp.data);
      list?.splice(start, count, ...more);
    }
    host.changed(page, after);
  };
  mp.createSelectorQuery = () => ({});
  return mp;
}

export function page(host, one, query) {
  const { data, ...methods } = one.kind.options;
  const mp = (one.mp = instance(host, one, { ...methods, route: one.route }));
  mp.onLoad(query);
  mp.hidden = () => mp.onHide?.();
  return mp;
}
export function shown(one) {
  one.mp.onShow?.();
  one.mp.onReady?.();
}
export const again = (one) => one.mp.onShow?.();
export const closed = (one) => one.mp.onUnload?.();

export function component(host, one, attrs, owner) {
  const mp = (one.mp = instance(host, one, one.kind.options.methods));
  mp.props = props(one, attrs, owner);
  one.kind.options.onInit?.call(mp);
  one.kind.options.deriveDataFromProps?.call(mp, mp.props);
  return mp;
}
export function told(one, attrs, owner) {
  const next = props(one, attrs, owner);
  const changed = Object.keys(next).some((key) => typeof next[key] !== "function" && JSON.stringify(next[key]) !== JSON.stringify(one.mp.props[key]));
  if (changed) one.kind.options.deriveDataFromProps?.call(one.mp, next);
  one.mp.props = next;
}
export const ready = (one) => one.kind.options.didMount?.call(one.mp);
export const ended = (one) => one.kind.options.didUnmount?.call(one.mp);

export function api(host, world) {
  const phone = common(host, world);
  const kept = new Map();
  return phone.only({
    getStorageSync: ({ key }) => ({ data: kept.has(key) ? structuredClone(kept.get(key)) : null, success: true }),
    setStorageSync: ({ key, data }) => (kept.set(key, structuredClone(data)), { success: true }),
    setStorage: ({ key, data, success }) => (kept.set(key, data), success?.({})),
    removeStorageSync: ({ key }) => (kept.delete(key), { success: true }),
    getStorageInfoSync: () => ({ keys: [...kept.keys()], success: true }),
    request: ({ url, method, headers, data, success, fail, complete }) => phone.ask({ url, method, headers, data, success: (heard) => success?.({ data: heard.data, status: heard.status, headers: heard.headers }), fail, complete }),
    getAuthCode: ({ success }) => world.code("alipay").then((authCode) => success({ authCode })),
    tradePay: (given) => world.pay("alipay", given).then((ok) => given.success({ resultCode: ok ? "9000" : "6001" })),
    requestSubscribeMessage: ({ entityIds, success }) => success({ behavior: "subscribe", result: { subscribedEntityIds: entityIds } }),
    showToast: ({ content }) => world.tells(content),
    confirm: ({ content, success }) => (world.tells(content), success({ confirm: true })),
    setNavigationBar: ({ title }) => void (host.title = title),
    showNavigationBarLoading() {},
    getSetting() {},
  });
}
