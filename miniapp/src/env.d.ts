/// <reference types="@dcloudio/types" />
declare const __DOOR__: string;
declare const __VERSION__: string;
declare const __SHAPES__: string; // of all that the door answers
declare module "*.vue" {
  import type { DefineComponent } from "vue";
  const component: DefineComponent<object, object, unknown>;
  export default component;
}
declare module "*.svg?inline" {
  const address: string;
  export default address;
}
