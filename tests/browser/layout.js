// Says what is cut off, scrolls, or lies under something else on the screen as it stands.
(() => {
  const wrong = [];
  const { scrollHeight, scrollWidth } = document.documentElement;
  if (scrollHeight > innerHeight || scrollWidth > innerWidth) wrong.push("the page scrolls");
  const boxOf = (one) => one.getBoundingClientRect();
  const shown = (one) => boxOf(one).height > 0;
  const stage = boxOf(document.querySelector("#stage"));
  const texts = [...document.querySelectorAll("#headline, #advice, #counts, #code")].filter(shown);
  const others = [...document.querySelectorAll("#actions > *, .photograph, .qr")].filter(shown);
  for (const one of [...texts, ...others]) {
    const { top, bottom, left, right } = boxOf(one);
    const tall = top >= stage.top - 1 && bottom <= stage.bottom + 1;
    const wide = left >= 0 && right <= innerWidth && one.scrollWidth <= one.clientWidth + 1;
    if (!tall || !wide) wrong.push(`${one.id || one.className} leaves its place`);
  }
  const button = document.querySelector("#actions > *");
  const under = texts.filter((one) => button && boxOf(one).bottom > boxOf(button).top);
  if (under.length > 0) wrong.push("a text lies under a button");
  for (const one of document.querySelectorAll("button")) {
    const { width, height } = boxOf(one);
    if (Math.min(width, height) < 44) wrong.push(`${one.id} is too small for a thumb`);
  }
  return wrong;
})();
