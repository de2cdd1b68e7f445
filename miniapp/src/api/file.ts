// A file that only its owner may have: its address alone opens nothing. Raises Refused.
import { door, headers } from "./call";
import { Refused } from "./refused";
import { fetched } from "@/platform";

export async function file(path: string, name: string, method: "GET" | "POST" = "GET"): Promise<void> {
  try {
    await fetched(door(path), name, headers(), method);
  } catch (error) {
    const { statusCode = 0, data } = (error ?? {}) as { statusCode?: number; data?: object };
    throw new Refused(statusCode, statusCode ? data : { code: "FileNotFetched", message: "网络不通，文件没有打开，请检查网络后重试。" });
  }
}
