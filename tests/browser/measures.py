"""What can be measured of a page for those who see little, use a keyboard or hold a small phone. Scripts for Chromium.

Each gives a list of what is wrong.
"""

NAMELESS = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a[href]')]
  .filter((one) => one.offsetParent && !one.labels?.length && !one.textContent.trim() && !one.ariaLabel)
  .map((one) => one.outerHTML.slice(0, 200))"""

# A link inside a sentence may be as high as the sentence.
SMALL = """() => [...document.querySelectorAll('input, select, textarea, button, summary, a[href]')]
  .filter((one) => one.offsetParent && !one.matches('[type=radio], [type=checkbox], h2 a, li > div > a'))
  .filter((one) => !one.closest('p, dd, small, .skip'))
  .filter((one) => { const box = one.getBoundingClientRect(); return box.height < 43.5 || box.width < 43.5; })
  .map((one) => one.outerHTML.slice(0, 200))"""

DOUBLE_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  return ids.filter((one, place) => ids.indexOf(one) !== place); }"""

OVERFLOW = """() => { const over = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return over > 0 ? [...document.querySelectorAll('main *')].filter((one) =>
    one.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 3)
    .map((one) => one.outerHTML.slice(0, 200)).concat(`${over}px`) : []; }"""

# WCAG 2: 4.5 : 1, or 3 : 1 for large letters. Controls that are switched off may be paler.
PALE = r"""() => {
  const colours = (text) => [...text.matchAll(/rgba?\(([^)]+)\)/g)].map((one) => one[1].split(/[ ,/]+/).map(Number));
  const part = (one) => (one <= 10 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const ratio = (one, other) => {
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
  };
  const grounds = (one) => {
    for (let at = one; at; at = at.parentElement) {
      const style = getComputedStyle(at), painted = colours(style.backgroundImage);
      if (painted.length) return painted;
      const [ground] = colours(style.backgroundColor);
      if (ground && (ground[3] ?? 1) === 1) return [ground];
    }
    return [[255, 255, 255]];
  };
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement, seen = one.checkVisibility({ visibilityProperty: true });
    if (!node.data.trim() || !seen || one.closest('[disabled], script, style')) continue;
    const style = getComputedStyle(one), size = parseFloat(style.fontSize);
    const needed = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    const worst = Math.min(...grounds(one).map((ground) => ratio(colours(style.color)[0], ground)));
    if (worst < needed) found.push(`${node.data.trim().slice(0, 30)} ${worst.toFixed(2)} ${style.color}`);
  }
  return found;
}"""

# What is drawn before and after an element moves as well as the element. (Of `body` itself uni draws a shadow far off
# the screen, to have it ready.)
MOVING = """() => [...document.querySelectorAll('body *')].flatMap((one) => ['', '::before', '::after']
  .map((part) => [one, getComputedStyle(one, part || null)])
  .filter(([, style]) => {
    const animated = style.animationName === 'none' ? [] : style.animationDuration.split(',');
    return [...animated, ...style.transitionDuration.split(',')].some((seconds) => parseFloat(seconds) > 0.01);
  })
  .map(([moving]) => moving.outerHTML.slice(0, 200)))"""
