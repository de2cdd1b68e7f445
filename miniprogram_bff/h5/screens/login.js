// 登录: a browser is sent to the platform and comes back with a code (see app.js).
import { get, post } from "../api.js";
import { busy, html, mark, onward, show } from "../view.js";

const PLATFORMS = [["wechat", "微信登录"], ["alipay", "支付宝登录"]];

export async function login(main, query) {
  const next = onward(query, "#/mine");
  const state = Array.from(crypto.getRandomValues(new Uint8Array(12)), (one) => one.toString(16).padStart(2, "0")).join("");
  const options = await get(`/v1/login/options?redirect=${encodeURIComponent(location.pathname)}&state=${state}`);
  const inForce = await get("/v1/policy");
  const asked = PLATFORMS.filter(([name]) => name === query.get("platform"));
  main.classList.add("narrow");
  show(main, html`<h1>登录指尖办</h1><section class="card stack"><p>${asked.length ? "登录后再做一次实名认证，两个平台的账号就合为一个。" : "选择您常用的平台登录。两个平台都登录过并实名认证，就是同一个账号。"}</p>
    <label class="tick"><input type="checkbox" id="agreed"> 我已阅读并同意<a href="#/policy">《隐私政策》</a></label><div class="problem" role="alert"></div>
    ${(asked.length ? asked : PLATFORMS).map(([name, label], nth) => html`<a class="button wide ${nth ? "" : "main"}" data-platform="${name}" href="${options[name]}">${label}</a>`)}
    ${options.sign_on && !asked.length ? html`<button class="button wide" id="sign-on">${options.sign_on}登录</button>` : ""}
    <p class="hint">可随时在“我的”里查看谁看过您的信息、导出或注销。</p></section>
    <section class="card"><h2>不登录也可以</h2><ul class="list marked">
      <li><a class="row" href="#/search?q=">${mark("guide")}<span>查办事指南</span></a></li>
      <li><a class="row" href="#/progress">${mark("progress")}<span>按编号查办件进度</span></a></li>
      <li><a class="row" href="#/bills">${mark("pay")}<span>按缴款识别码查缴费单</span></a></li></ul></section>`);
  const agreed = () => {
    if (main.querySelector("#agreed").checked) return true;
    show(main.querySelector(".problem"), html`<p class="notice warn">请先阅读并勾选同意隐私政策。</p>`);
    main.querySelector("#agreed").focus();
    return false;
  };
  const remember = (more) => sessionStorage.setItem("zhijianban.login", JSON.stringify({ state, next, policy: inForce.version, ...more }));
  const signOn = main.querySelector("#sign-on");
  if (signOn) signOn.onclick = () => agreed() && busy(signOn, "正在前往…", async () => {
    const begun = await post("/v1/sign-on", { redirect: location.pathname });
    remember({ state: begun.state, signOn: true });
    location.assign(begun.address);
  });
  main.onclick = (event) => {
    if (!event.target.closest("[data-platform]")) return;
    agreed() ? remember({}) : event.preventDefault();
  };
}
