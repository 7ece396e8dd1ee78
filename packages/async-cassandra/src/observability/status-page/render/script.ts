/**
 * What the page does in a browser: asks for itself again and puts what is new in the place of what is old, node by node,
 * so that focus, selection and scroll positions stay and only what has changed is read aloud.
 */
export const SCRIPT = `(() => {
  const wait = Number(document.documentElement.dataset.refresh);
  const pause = document.getElementById('pause');
  const lost = document.getElementById('lost');
  const lostSince = document.getElementById('lost-since');
  let timer = 0, isPaused = false, isAsking = false;

  const patch = (from, to) => {
    if (from.nodeType !== to.nodeType || from.nodeName !== to.nodeName) return void from.replaceWith(document.importNode(to, true));
    if (from.nodeType !== Node.ELEMENT_NODE) {
      if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
      return;
    }
    for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
    for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
    const olds = [...from.childNodes], news = [...to.childNodes];
    news.forEach((child, index) => olds[index] ? patch(olds[index], child) : from.append(document.importNode(child, true)));
    for (const child of olds.slice(news.length)) child.remove();
  };
  const localTimes = (root) => {
    for (const time of root.querySelectorAll('time')) time.textContent = new Date(time.dateTime).toLocaleTimeString();
  };
  const next = (delay) => {
    clearTimeout(timer);
    if (!isPaused && !document.hidden) timer = setTimeout(refresh, delay);
  };
  const refresh = async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(Math.max(5000, wait)) });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const main = page.querySelector('main');
      if (main === null) throw new Error('another page');
      localTimes(main);
      patch(document.querySelector('main'), main);
      document.title = page.title;
      lost.hidden = true;
    } catch {
      if (lost.hidden) lostSince.textContent = new Date().toLocaleTimeString();
      lost.hidden = false;
    } finally {
      isAsking = false;
      next(wait);
    }
  };

  localTimes(document);
  pause.hidden = false;
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? 'Resume updates' : 'Pause updates';
    next(0);
  });
  document.addEventListener('visibilitychange', () => next(0));
  next(wait);
})();`;
