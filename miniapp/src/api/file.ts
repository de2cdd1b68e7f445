// A file that only its owner may have: its address alone opens nothing. Raises Refused.
import { door, headers } from "./call";
import { Refused } from "./refused";
import { fetched } from "@/platform";

export const file = (path: string, name: string) => opened(fetched(door(path), name, headers()));
// #ifdef H5
// One that is gone once it was fetched: no phone can fetch so.
export const oneTimeFile = (path: string, name: string) => opened(fetched(door(path), name, headers(), "POST"));
// #endif

async function opened(fetching: Promise<void>): Promise<void> {
  try {
    await fetching;
  } catch (error) {
    const { statusCode = 0, data } = (error ?? {}) as { statusCode?: number; data?: object };
    throw new Refused(statusCode, statusCode ? data : { code: "FileNotOpened", message: "文件没有打开，请检查网络后重试。" });
  }
}
