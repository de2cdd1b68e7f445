// 登录: a browser is sent to the platform and comes back with a code (see app.js).
import { get } from "../api.js";
import { html, show } from "../view.js";

export async function login(main, query) {
  const next = query.get("next") || "#/mine";
  const state = Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");
  const options = await get(`/v1/login/options?redirect=${encodeURIComponent(location.pathname)}&state=${state}`);
  main.classList.add("narrow");
  show(main, html`<h1>登录指尖办</h1><section class="card stack"><p>选择您常用的平台登录。两个平台登录后做一次实名认证，就是同一个账号。</p>
    <a class="button main wide" data-platform="wechat" href="${options.wechat}">微信登录</a>
    <a class="button wide" data-platform="alipay" href="${options.alipay}">支付宝登录</a>
    <p class="hint">登录即表示同意按《个人信息保护法》处理您的信息；可随时在“我的”里导出或注销。</p></section>`);
  main.onclick = (event) => {
    if (event.target.closest("[data-platform]")) sessionStorage.setItem("zhijianban.login", JSON.stringify({ state, next }));
  };
}
