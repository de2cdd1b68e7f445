// How long it is until something begins, said as one would say it.
const MINUTE = 60_000;
const DAY = 24 * 3600_000;

export function until(startsAt: string, endsAt: string, now: number): string {
  const left = new Date(startsAt).getTime() - now;
  if (left >= 2 * DAY) return `还有 ${Math.floor(left / DAY)} 天`;
  const minutes = Math.ceil(left / MINUTE);
  if (minutes > 60) return `还有 ${Math.floor(minutes / 60)} 小时 ${minutes % 60} 分钟`;
  if (minutes > 0) return `还有 ${minutes} 分钟，请到厅签到`;
  return now < new Date(endsAt).getTime() ? "已到办理时段，请尽快签到" : "";
}
