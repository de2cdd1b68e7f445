// Dates in the city's time (+08:00, without summer time since 1991) and money, wherever the phone is.
const SHIFT = 8 * 3600_000;
const WEEKDAYS = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
const two = (number: number) => String(number).padStart(2, "0");
const local = (iso: string) => new Date(new Date(iso).getTime() + SHIFT);

export const time = (iso: string) => `${two(local(iso).getUTCHours())}:${two(local(iso).getUTCMinutes())}`;
export const sameMoment = (one: string, other?: string) => Boolean(other) && new Date(one).getTime() === new Date(other!).getTime();
export const hour = (iso: string) => local(iso).getUTCHours();
export function moment(iso: string): string {
  const at = local(iso);
  const year = at.getUTCFullYear() === local(new Date().toISOString()).getUTCFullYear() ? "" : `${at.getUTCFullYear()}年`;
  return `${year}${at.getUTCMonth() + 1}月${at.getUTCDate()}日 ${WEEKDAYS[at.getUTCDay()]} ${time(iso)}`;
}
const noon = (date: string) => new Date(`${date}T12:00:00Z`);
export const day = (date: string) => `${noon(date).getUTCMonth() + 1}/${noon(date).getUTCDate()}`;
export const weekday = (date: string) => WEEKDAYS[noon(date).getUTCDay()];
// A day by which something is to happen.
export const dated = (date: string | null | undefined) => (date ? moment(`${date}T12:00:00Z`).replace(/ \S+$/, "") : "");
// The city's date so many days from now.
export const inDays = (days: number) => local(new Date(Date.now() + days * 86400_000).toISOString()).toISOString().slice(0, 10);
export const yuan = (fen: number) => (fen / 100).toFixed(2);
export const lasting = (minutes: number) => (minutes % 60 ? `${minutes} 分钟` : `${minutes / 60} 小时`);
// 昨天 is a date, today is a time: when something old was seen.
export const since = (at: number) => (Date.now() - at < 12 * 3600_000 ? time(new Date(at).toISOString()) : moment(new Date(at).toISOString()));
export const distance = (meters: number) => (meters < 1000 ? `${Math.round(meters / 10) * 10} 米` : `${(meters / 1000).toFixed(1)} 公里`);
// How long until then, in the two largest units; empty once it has begun.
export function until(iso: string, now = Date.now()): string {
  const minutes = Math.ceil((new Date(iso).getTime() - now) / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (minutes <= 0) return "";
  if (days) return `${days} 天${hours ? ` ${hours} 小时` : ""}`;
  return `${hours ? `${hours} 小时 ` : ""}${minutes % 60} 分钟`;
}
