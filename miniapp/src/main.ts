import { createSSRApp } from "vue";
import App from "./App.vue";
import { t } from "@/language";
// #ifdef H5
import { addressed, atHome } from "@/arriving";
import { askEarly } from "@/screen";
import Underway from "@/parts/Underway.vue";
import Unreached from "@/parts/Unreached.vue";
addressed();
if (atHome()) askEarly("/v1/home");
// #endif

export function createApp() {
  const app = createSSRApp(App);
  app.config.globalProperties.$t = t;
  // #ifdef H5
  app.component("AsyncLoading", Underway).component("AsyncError", Unreached); // in place of uni's own
  // #endif
  return { app };
}
