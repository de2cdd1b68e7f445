import { createSSRApp } from "vue";
import App from "./App.vue";
import { t } from "@/language";
// #ifdef H5
import { addressed, atHome } from "@/arriving";
import { askEarly } from "@/screen";
addressed();
if (atHome()) askEarly("/v1/home");
// #endif

export function createApp() {
  const app = createSSRApp(App);
  app.config.globalProperties.$t = t;
  return { app };
}
