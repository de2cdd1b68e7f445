import { createSSRApp } from "vue";
import App from "./App.vue";
import { t } from "@/language";
// #ifdef H5
import { addressed } from "@/arriving";
addressed();
// #endif

export function createApp() {
  const app = createSSRApp(App);
  app.config.globalProperties.$t = t;
  return { app };
}
