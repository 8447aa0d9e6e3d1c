// The bridge: what WeixinJSBridge is inside the original's app, for any browser. It asks the server whether a page may
// call, and carries calls about cards out on pages of the server, each in a window of its own.
// It is served by itself (kaquan-bridge.js) and in front of the library (jweixin-*.js); SERVER is filled in there.
const kaquanBridge = (() => {
  const SERVER = "{{server}}";
  const SCRIPTS = "/open/js/";
  const SHEET = "/jssdk/sheet";
  const MOST_CARDS = 20;
  const WATCH_MS = 250;
  const OFFLINE = "fail, the permission value is offline verifying";
  // What the answer to each call about cards is called.
  const SHEETS = {
    batchAddCard: "batch_add_card",
    openCardDetail: "open_card_detail",
    batchViewCard: "batch_view_card",
    chooseCard: "choose_card",
  };
  // There is no menu here, so it is hidden already.
  const HIDDEN = ["hideOptionMenu", "hideMenuItems", "hideAllNonBaseMenuItem"];
  const WORDS = {
    zh: { title: "浏览器拦截了卡券页面", open: "打开卡券", cancel: "取消" },
    en: { title: "The browser blocked the card page", open: "Open the card", cancel: "Cancel" },
  };

  const source = scriptAddress();
  const server = source ? source.href.split(SCRIPTS)[0] : SERVER;
  const serverOrigin = new URL(server).origin;
  const verified = { signature: undefined, list: [], device: "", cards: false, url: "", landing: "" };
  const listeners = {};

  // An injected bridge has no script element, and one bundled by somebody else does not come from the server.
  function scriptAddress() {
    const script = document.currentScript;
    const address = script && script.src ? new URL(script.src) : null;
    return address && address.pathname.indexOf(SCRIPTS) >= 0 ? address : null;
  }

  const has = (list, one) => list.indexOf(one) >= 0;

  function option(name) {
    const queries = [source ? source.search : "", location.search];
    return queries.map((query) => new URLSearchParams(query).get(name)).find(Boolean) || "";
  }

  const here = () => location.href.split("#")[0];

  // Pages that change their address without being loaded anew may be signed for the address they were loaded with.
  function landing() {
    const [loaded] = performance.getEntriesByType("navigation");
    const address = (loaded ? loaded.name : location.href).split("#")[0];
    return address.indexOf(`${location.origin}/`) === 0 ? address : "";
  }

  const strict = () => (option("kaquan_device") || verified.device || "ios") !== "android";

  // A plain text needs no preflight request; the session's cookie is not sent.
  function ask(path, question) {
    const asked = { method: "POST", credentials: "omit", body: JSON.stringify(question) };
    return fetch(server + path, asked)
      .then((response) => response.json())
      .then((answer) => {
        if (answer.errcode) console.warn(`kaquan: ${answer.errmsg}`);
        return answer;
      });
  }

  function verify(args) {
    const question = {
      appid: args.verifyAppId,
      timestamp: args.verifyTimestamp,
      nonce_str: args.verifyNonceStr,
      signature: args.verifySignature,
      api_list: args.verifyJsApiList || [],
      url: here(),
      landing: landing(),
      fragment: location.hash,
    };
    return ask("/jssdk/verify", question).then((answer) => {
      if (answer.errcode) return { errMsg: `config:${answer.text}` };
      const { signature, api_list: list, url, landing } = question;
      Object.assign(verified, { signature, list, url, landing, device: answer.device, cards: answer.cards });
      return { errMsg: "config:ok" };
    });
  }

  function check(args) {
    const known = (name) => SHEETS.hasOwnProperty(name) || OTHERS.hasOwnProperty(name) || has(HIDDEN, name);
    const result = {};
    for (const name of args.jsApiList || []) result[name] = known(name);
    // The original's Android app sends a text here, and pages' libraries expect it from that system.
    const text = /android/i.test(navigator.userAgent);
    return { err_msg: "checkJsApi:ok", checkResult: text ? JSON.stringify(result) : result };
  }

  function networkType() {
    const { type, effectiveType } = navigator.connection || {};
    if (!navigator.onLine) return { err_msg: "network_type:fail" };
    if (type === "cellular") return { err_msg: "network_type:wwan", subtype: effectiveType };
    return { err_msg: "network_type:wifi" };
  }

  function close() {
    window.close();
    return { err_msg: "close_window:ok" };
  }

  const OTHERS = { preVerifyJSAPI: verify, checkJsApi: check, getNetworkType: networkType, closeWindow: close };

  // What keeps a call from being made; empty when nothing does. Objects in place of texts are mended for Android.
  function cardFault(method, args) {
    if (method === "chooseCard") return "";
    const cards = method === "openCardDetail" ? [args] : args.card_list;
    if (!Array.isArray(cards) || !cards.length) return "cardList is not a list of cards";
    if (cards.length > MOST_CARDS) return `cardList holds ${cards.length} cards, at most ${MOST_CARDS} are possible`;
    const nameless = cards.findIndex((card) => !card || typeof card.card_id !== "string");
    if (nameless >= 0) return `cardId of cardList[${nameless}] is not a string`;
    return method === "batchViewCard" ? "" : extFault(cards);
  }

  function extFault(cards) {
    const wrong = cards.findIndex((card) => typeof card.card_ext !== "string");
    if (wrong < 0) return "";
    const got = cards[wrong].card_ext === null ? "null" : typeof cards[wrong].card_ext;
    const said = `cardExt of cardList[${wrong}] has to be a string holding JSON; it is ${got}`;
    if (strict() || got !== "object") return said;
    console.warn(`kaquan: ${said}. Android made a string of it; iOS would not open anything.`);
    for (const card of cards) {
      if (typeof card.card_ext === "object") card.card_ext = JSON.stringify(card.card_ext);
    }
    return "";
  }

  function sheet(method, args) {
    const call = { method, args: JSON.parse(JSON.stringify(args)), url: here(), landing: landing() };
    if (!("verifyAppId" in args)) return unverified(call);
    if (args.verifySignature === undefined || args.verifySignature !== verified.signature) return offline(method, "");
    if (!has(verified.list, method)) return offline(method, `${method} is not in jsApiList`);
    Object.assign(call, { url: verified.url, landing: verified.landing });
    return verified.cards ? open(call) : forbidden(call);
  }

  // A call as pages made it before there was a library: the server judges by the page's address.
  function unverified(call) {
    return ask("/jssdk/call", call).then((answer) => {
      if (answer.errcode) return { err_msg: answer.text };
      verified.device = answer.device;
      return open(call);
    });
  }

  function open(call) {
    const fault = cardFault(call.method, call.args);
    if (fault) return refused(call, fault);
    call.device = strict() ? "ios" : "android";
    return show(call).then((result) => result || { err_msg: `${SHEETS[call.method]}:cancel` });
  }

  function offline(method, why) {
    console.warn(`kaquan: ${why || "wx.config has failed, is not finished, or was never called"}`);
    return { err_msg: `${SHEETS[method]}:${OFFLINE}` };
  }

  function forbidden(call) {
    report(call, "the account has no card function");
    return { err_msg: "system:permission_denied" };
  }

  // So that the server can explain it; nothing waits for the answer.
  function report(call, fault) {
    ask("/jssdk/call", Object.assign({ fault }, call)).catch(() => {});
  }

  function refused(call, fault) {
    console.error(`kaquan: ${fault}`);
    report(call, fault);
    return { err_msg: `${SHEETS[call.method]}:fail` };
  }

  // A window of its own and never a frame: cookies of the server are its own there, and nothing can lie over it.
  function show(call) {
    const openSheet = () => window.open(server + SHEET, "_blank", features());
    const opened = openSheet();
    return Promise.resolve(opened || offer(openSheet)).then((shown) => (shown ? talk(shown, call) : null));
  }

  function features() {
    if (Math.min(screen.width, screen.height) < 600) return "";
    const [width, height] = [400, 720];
    const left = Math.max(0, Math.round(window.screenX + (window.outerWidth - width) / 2));
    return `popup,width=${width},height=${height},left=${left},top=${window.screenY + 60}`;
  }

  // The sheet says hello, is told what is called, and posts the result; it believes only its browser about who calls.
  function talk(opened, call) {
    return new Promise((resolve) => {
      let result = null;
      const finish = () => {
        clearInterval(watch);
        window.removeEventListener("message", hear);
        resolve(result);
      };
      const hear = ({ source: sender, origin, data }) => {
        if (sender !== opened || origin !== serverOrigin || !data || !data.kaquan) return;
        if (data.kaquan === "hello") opened.postMessage({ kaquan: "call", nonce: data.nonce, call }, serverOrigin);
        if (data.kaquan === "result") result = data.result;
        if (data.kaquan === "result" && data.last) finish();
      };
      // What the sheet posted before it was closed arrives before this looks again.
      let gone = false;
      const look = () => (gone ? finish() : (gone = opened.closed));
      const watch = setInterval(look, WATCH_MS);
      window.addEventListener("message", hear);
    });
  }

  // A browser that blocks windows lets one through when somebody clicks.
  function offer(open) {
    const words = navigator.language.toLowerCase().startsWith("zh") ? WORDS.zh : WORDS.en;
    return new Promise((resolve) => {
      const before = document.activeElement;
      const host = document.body.appendChild(document.createElement("div"));
      const done = (opened) => {
        host.remove();
        if (before && before.focus) before.focus();
        resolve(opened);
      };
      const shade = part(host.attachShadow({ mode: "open" }), "div", "", SHADE);
      const box = part(shade, "div", "", BOX);
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-modal", "true");
      box.setAttribute("aria-label", words.title);
      part(box, "p", words.title, TEXT);
      const yes = part(box, "button", words.open, Object.assign({}, BUTTON, { color: "#fff", background: "#067a3e" }));
      const no = part(box, "button", words.cancel, Object.assign({}, BUTTON, { color: "#111", background: "#eee" }));
      yes.addEventListener("click", () => done(open()));
      no.addEventListener("click", () => done(null));
      box.addEventListener("keydown", (event) => event.key === "Escape" && done(null));
      yes.focus();
    });
  }

  const SHADE = {
    position: "fixed", inset: "0", zIndex: "2147483647", display: "flex", alignItems: "center",
    justifyContent: "center", background: "rgba(0,0,0,.5)",
  };
  const BOX = { background: "#fff", color: "#111", borderRadius: "12px", padding: "24px", width: "260px" };
  const TEXT = { margin: "0 0 16px", font: "16px/1.4 system-ui, sans-serif", textAlign: "center" };
  const BUTTON = {
    display: "block", width: "100%", minHeight: "44px", margin: "8px 0 0", border: "0", borderRadius: "8px",
    font: "16px system-ui, sans-serif", cursor: "pointer",
  };

  // A page's policy may refuse style sheets of others; properties set one by one pass every policy.
  function part(parent, name, text, style) {
    const made = parent.appendChild(document.createElement(name));
    made.textContent = text;
    Object.assign(made.style, style);
    return made;
  }

  function answer(method, args) {
    if (SHEETS.hasOwnProperty(method)) return sheet(method, args);
    if (OTHERS.hasOwnProperty(method)) return OTHERS[method](args);
    return { err_msg: has(HIDDEN, method) ? `${method}:ok` : "system:function_not_exist" };
  }

  function invoke(method, args, callback) {
    const given = typeof args === "function" ? {} : args || {};
    const tell = (typeof args === "function" ? args : callback) || (() => {});
    // At once, since a browser lets a window be opened in the moment of a click alone.
    const answered = new Promise((resolve) => resolve(answer(method, given)));
    answered.catch((fault) => broken(method, fault)).then(tell);
  }

  function broken(method, fault) {
    console.warn(`kaquan: ${fault}`);
    return method === "preVerifyJSAPI" ? { errMsg: "config:fail" } : { err_msg: `${SHEETS[method] || method}:fail` };
  }

  // Nothing here causes the events that pages wait for, such as those of the share menu.
  function on(event, callback) {
    (listeners[event] = listeners[event] || []).push(callback);
  }

  const bridge = { invoke, on, call: (method, args) => invoke(method, args) };

  function announce() {
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  }

  if (!window.WeixinJSBridge) {
    window.WeixinJSBridge = bridge;
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", announce);
    else setTimeout(announce, 0);
  }
  return () => (option("kaquan_bridge") === "own" ? bridge : window.WeixinJSBridge);
})();
