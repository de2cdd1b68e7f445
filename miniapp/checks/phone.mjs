// What both vendors' phones do alike: pages, the network, a few facts about themselves. Anything else is a fault.

export function common(host, world) {
  const told = (error) => world.trouble(error);
  const go = (how) => ({ url, success, fail }) => host.go(url, how).then(() => success?.({}), (error) => (told(error), fail?.(error)));
  const facts = { platform: "ios", system: "iOS 18.0", brand: "iPhone", model: "iPhone", version: "8.0.50", SDKVersion: "3.8.0", language: "zh_CN", fontSizeSetting: 16, windowWidth: 390, windowHeight: 780, screenWidth: 390, screenHeight: 844, pixelRatio: 3, statusBarHeight: 47, safeArea: { top: 47, bottom: 810, left: 0, right: 390, width: 390, height: 763 }, appName: "host" };
  const nothing = ["onAppShow", "onAppHide", "onError", "onUnhandledRejection", "onPageNotFound", "onThemeChange", "onMemoryWarning", "offAppShow", "offAppHide", "hideLoading", "showLoading", "showNavigationBarLoading", "hideNavigationBarLoading", "stopPullDownRefresh", "setTabBarItem", "pageScrollTo", "onNetworkStatusChange", "reportAnalytics", "setOptionMenu", "hideShareMenu", "onKeyboardHeightChange", "createSelectorQuery"];

  const ask = ({ url, method = "GET", headers, data, success, fail, complete }) => {
    const gone = new AbortController();
    world.asking += 1;
    fetch(url, { method, headers, body: method === "GET" || data === undefined ? undefined : data, signal: gone.signal })
      .then(async (answer) => {
        const text = await answer.text();
        let said = text;
        try {
          said = JSON.parse(text);
        } catch {
          // words, as they are
        }
        if (answer.status >= 500) told(`${method} ${url}: ${answer.status} ${text.slice(0, 200)}`);
        return { data: said, status: answer.status, headers: Object.fromEntries(answer.headers) };
      })
      .then((heard) => success?.(heard), (error) => fail?.({ errMsg: String(error), error: 12 }))
      .catch(told)
      .finally(() => {
        world.asking -= 1;
        complete?.({});
      });
    return { abort: () => gone.abort(), onChunkReceived() {} };
  };

  const base = {
    navigateTo: go("to"), redirectTo: go("redirect"), switchTab: go("tab"), reLaunch: go("launch"),
    navigateBack: ({ delta = 1, success } = {}) => (host.back(delta), success?.({})),
    getSystemInfoSync: () => facts, getLaunchOptionsSync: () => ({ path: "pages/home/home", query: {}, scene: 1001 }), getEnterOptionsSync: () => ({ path: "pages/home/home", query: {}, scene: 1001 }),
    nextTick: (then) => setTimeout(then), SDKVersion: "2.8.0", env: { USER_DATA_PATH: "" }, isIDE: false,
    getLocation: ({ fail }) => fail?.({}),
    showTabBar: () => void (host.tabs = true),
    hideTabBar: () => void (host.tabs = false),
    ...Object.fromEntries(nothing.map((one) => [one, (given) => given?.success?.({})])),
  };
  const only = (more) => {
    const whole = { ...base, ...more };
    whole.canIUse = (what) => what === "component2" || what.split(".")[0] in whole;
    return whole;
  };
  return { ask, only };
}
