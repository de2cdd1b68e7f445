import { createSSRApp } from "vue";
import App from "./App.vue";
// #ifdef H5
import { addressed } from "@/arriving";
addressed();
// #endif

export function createApp() {
  return { app: createSSRApp(App) };
}
