// Going out, on this phone and where one came in.
import { get, post } from "@/api/call";
import { toast } from "@/platform";
import { leave } from "@/session";
import { forget, kept } from "@/store";

export async function signOut() {
  await post("/v1/sign-out").catch(() => toast("网络不通，本机已退出。其他人用不了本机的登录，稍后可在“登录设备”里核对。"));
  await gone();
}

export async function signOutEverywhere() {
  await post("/v1/me/sign-out-everywhere");
  await gone();
}

// Every page that is open forgets whom it showed. Who came through the province's single sign-on leaves there as well.
async function gone() {
  const signOn = kept<boolean>("signOn");
  forget("signOn");
  leave();
  // #ifdef H5
  const { address } = signOn ? await get("/v1/sign-on/leaving", { query: { redirect: location.pathname } }).catch(() => ({ address: "" })) : { address: "" };
  if (address) return location.assign(address);
  // #endif
  uni.reLaunch({ url: "/pages/home/home" });
}
