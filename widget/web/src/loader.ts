// The only script that a page names. It waits until the page has loaded and is idle, then fetches the widget; a click on `[data-baton-open]`, or a
// call that needs the widget, fetches it at once. No inline script, no eval, no markup from strings: it runs under a nonce with
// strict-dynamic and under Trusted Types. `__V__` is replaced by the server with the hash of the files, so that they can be cached for ever.
(() => {
  const page = window as any;
  const script = document.currentScript as HTMLScriptElement;
  if (page.baton || !script) return;
  const version = "__V__";
  const base = new URL(".", script.src).href;
  const data = script.dataset;
  const waiting: [string, ...unknown[]][] = [];
  const heard = new Map<unknown, EventListener>();
  let run: ((name: string, ...args: unknown[]) => void) | null = null;
  let coming: Promise<void> | null = null;
  let button: HTMLElement | null = null;

  const emit = (name: string, detail?: unknown) => document.dispatchEvent(new CustomEvent(`baton:${name}`, { detail }));

  const load = () =>
    (coming ||= import(/* @vite-ignore */ `${base}widget.js?v=${version}`)
      .then((m) => m.start(base, version, data, emit))
      .then((started) => {
        run = started;
        button?.remove();
        emit("ready");
        for (const call of waiting.splice(0)) run!(...call);
      })
      // The next call or click tries again.
      .catch(() => {
        coming = null;
      }));

  const baton = (name: string, ...args: any[]): unknown => {
    if (name === "on") {
      const listener = (e: Event) => args[1]((e as CustomEvent).detail);
      heard.set(args[1], listener);
      document.addEventListener(`baton:${args[0]}`, listener);
      return () => document.removeEventListener(`baton:${args[0]}`, listener);
    }
    if (name === "off") return document.removeEventListener(`baton:${args[0]}`, heard.get(args[1])!);
    if (run) run(name, ...args);
    else waiting.push([name, ...args]);
    if (name === "destroy") run = coming = null;
    else if (/^(open|toggle|send)$/.test(name)) load();
    return;
  };
  for (const name of "open close toggle show hide setLocale setTheme send prefill on off destroy".split(" ")) (baton as any)[name] = (...args: any[]) => baton(name, ...args);
  page.baton = baton;

  document.addEventListener("click", (e) => {
    if (!(e.target as Element).closest?.("[data-baton-open]")) return;
    e.preventDefault();
    baton("open");
  });

  const idle = () => {
    // Someone who saves data gets a plain button; the widget comes when it is clicked.
    if ((navigator as any).connection?.saveData) {
      button = document.createElement("button");
      button.textContent = data.label || "Chat";
      button.style.cssText = "all:initial;position:fixed;bottom:20px;inset-inline-end:20px;padding:18px 22px;border-radius:28px;background:#4f46e5;color:#fff;font:500 15px system-ui;cursor:pointer";
      button.onclick = () => baton("open");
      document.body.append(button);
    } else if (page.requestIdleCallback) requestIdleCallback(load, { timeout: 4000 });
    else setTimeout(load);
  };
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle);
})();
