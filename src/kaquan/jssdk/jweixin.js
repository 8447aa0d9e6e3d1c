// The library: the calls of a page (wx.config, wx.addCard, ...) turned into calls of a bridge, and what the bridge
// answers turned into what a page is told. Served behind bridge.js, in one function with it.

// Where the bridge calls it otherwise.
const BRIDGE_NAMES = {
  config: "preVerifyJSAPI",
  addCard: "batchAddCard",
  openCard: "batchViewCard",
  consumeAndShareCard: "consumedShareCard",
  getLocation: "geoLocation",
  previewImage: "imagePreview",
  openAddress: "editAddress",
  openProductSpecificView: "openProductViewWithPid",
  chooseWXPay: "getBrandWCPayRequest",
  openEnterpriseRedPacket: "getRecevieBizHongBaoRequest",
  startSearchBeacons: "startMonitoringBeacons",
  stopSearchBeacons: "stopMonitoringBeacons",
};
const WX_NAMES = renamed(BRIDGE_NAMES, (name) => BRIDGE_NAMES[name], (name) => name);
const PASSED_ON = [
  "updateTimelineShareData", "updateAppMessageShareData", "startRecord", "stopRecord", "playVoice", "pauseVoice",
  "stopVoice", "uploadVoice", "downloadVoice", "translateVoice", "chooseImage", "getLocation", "previewImage",
  "uploadImage", "downloadImage", "getLocalImgData", "openLocation", "hideOptionMenu", "showOptionMenu",
  "closeWindow", "hideMenuItems", "showMenuItems", "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem", "scanQRCode",
  "openAddress", "openProductSpecificView", "chooseWXPay", "openEnterpriseRedPacket", "startSearchBeacons",
  "stopSearchBeacons", "openEnterpriseChat", "launchMiniProgram", "openBusinessView",
];
const EVENTS = {
  onVoiceRecordEnd: "onVoiceRecordEnd",
  onVoicePlayEnd: "onVoicePlayEnd",
  onSearchBeacons: "onBeaconsInRange",
};
const SHARES = {
  onMenuShareTimeline: ["menu:share:timeline", "shareTimeline"],
  onMenuShareAppMessage: ["menu:share:appmessage", "sendAppMessage"],
  onMenuShareQQ: ["menu:share:qq", "shareQQ"],
  onMenuShareWeibo: ["menu:share:weiboApp", "shareWeiboApp"],
  onMenuShareQZone: ["menu:share:QZone", "shareQZone"],
};
const FORBIDDEN = ["access denied", "permission denied", "no permission to execute"];
const SPELLED = { confirm: "ok", failed: "fail" };
const CALLBACKS = ["success", "fail", "cancel", "complete", "trigger"];

function renamed(from, name, value) {
  return Object.keys(from).reduce((made, key) => Object.assign(made, { [name(key)]: value(key) }), {});
}

function named(table, name) {
  return table.hasOwnProperty(name) ? table[name] : name;
}

const bridgeName = (name) => named(BRIDGE_NAMES, name);
const ready = [];
let settings = {};
let onError = null;
let finished = false;

// What a bridge says in words of its own, in the words pages know.
function outcome(name, message) {
  if (message === undefined) return `${name}:ok`;
  const said = message.slice(message.indexOf(":") + 1);
  const plain = (SPELLED[said] || said).replace(/^(failed_|fail_)/, "").replace(/_/g, " ").toLowerCase();
  if (FORBIDDEN.indexOf(plain) >= 0) return `${name}:permission denied`;
  if (name === "config" && plain === "function not exist") return `${name}:ok`;
  return `${name}:${plain || "fail"}`;
}

function without(members, left) {
  const kept = Object.assign({}, members);
  for (const name of left) delete kept[name];
  return kept;
}

function told(name, answer) {
  const result = without(answer, ["err_code", "err_desc", "err_detail"]);
  if (!result.errMsg) {
    result.errMsg = outcome(name, result.err_msg);
    delete result.err_msg;
  }
  return result;
}

function deliver(name, options, result) {
  if (settings.debug) report(result);
  const said = result.errMsg.slice(result.errMsg.indexOf(":") + 1);
  const callback = { ok: "success", cancel: "cancel" }[said] || "fail";
  for (const each of [callback, "complete"]) if (options[each]) options[each](result);
}

function report(result) {
  const phone = /android|iphone|ipad|ipod/i.test(navigator.userAgent);
  if (phone) alert(JSON.stringify(result));
  else console.log(JSON.stringify(result));
}

// Each call says again how the page was verified, so that it can be checked by itself.
function common() {
  return {
    appId: settings.appId,
    verifyAppId: settings.appId,
    verifySignType: "sha1",
    verifyTimestamp: String(settings.timestamp),
    verifyNonceStr: settings.nonceStr,
    verifySignature: settings.signature,
  };
}

function call(name, args, options, finish) {
  const done = (answer) => {
    const result = told(name, answer);
    deliver(name, options, (finish && finish(result)) || result);
  };
  kaquanBridge().invoke(bridgeName(name), Object.assign({}, args, common()), done);
}

// Arguments that are no arguments are told as a failure, never thrown at the page.
function unusable(name, options, why) {
  console.error(`kaquan: wx.${name}: ${why}`);
  setTimeout(() => deliver(name, options, { errMsg: `${name}:fail` }), 0);
}

function config(given) {
  settings = Object.assign({}, given);
  finished = false;
  if (settings.debug) console.log("config", without(settings, CALLBACKS));
  if (settings.check === false) return finishConfig();
  const args = { verifyJsApiList: bridgeNames(settings.jsApiList) };
  if (settings.openTagList) args.verifyOpenTagList = settings.openTagList;
  return call("config", args, { fail: onConfigFail, complete: finishConfig });
}

function onConfigFail(result) {
  if (onError) onError(result);
}

function finishConfig() {
  finished = true;
  for (const run of ready.splice(0)) run();
}

function bridgeNames(names) {
  return Array.isArray(names) ? names.map(bridgeName) : [];
}

function checkJsApi(options = {}) {
  call("checkJsApi", { jsApiList: bridgeNames(options.jsApiList) }, options, (result) => {
    const found = parsed(result.checkResult);
    if (found) result.checkResult = renamed(found, (name) => named(WX_NAMES, name), (name) => found[name]);
  });
}

// Some bridges send lists as texts.
function parsed(value) {
  try {
    return typeof value === "string" ? JSON.parse(value) : value;
  } catch (fault) {
    console.warn(`kaquan: the bridge sent no JSON: ${fault}`);
    return undefined;
  }
}

function addCard(options = {}) {
  if (!Array.isArray(options.cardList)) return unusable("addCard", options, "cardList is not a list");
  const cards = options.cardList.map((card) => ({ card_id: (card || {}).cardId, card_ext: (card || {}).cardExt }));
  return call("addCard", { card_list: cards }, options, (result) => {
    const rest = without(result, ["card_list"]);
    const list = parsed(result.card_list);
    return list ? Object.assign(rest, { cardList: list.map(addedCard) }) : rest;
  });
}

function addedCard(card) {
  const known = { cardId: card.card_id, cardExt: card.card_ext, isSuccess: Boolean(card.is_succ) };
  return Object.assign(without(card, ["card_id", "card_ext", "is_succ"]), known);
}

function chooseCard(options = {}) {
  const args = {
    app_id: settings.appId,
    location_id: options.shopId || "",
    sign_type: options.signType || "SHA1",
    card_id: options.cardId || "",
    card_type: options.cardType || "",
    card_sign: options.cardSign,
    time_stamp: String(options.timestamp),
    nonce_str: options.nonceStr,
  };
  call("chooseCard", args, options, (result) =>
    Object.assign(without(result, ["choose_card_info"]), { cardList: result.choose_card_info })
  );
}

function openCard(options = {}) {
  if (!Array.isArray(options.cardList)) return unusable("openCard", options, "cardList is not a list");
  const cards = options.cardList.map((card) => ({ card_id: (card || {}).cardId, code: (card || {}).code }));
  return call("openCard", { card_list: cards }, options);
}

function consumeAndShareCard(options = {}) {
  call("consumeAndShareCard", { consumedCardId: options.cardId, consumedCode: options.code }, options);
}

function getNetworkType(options = {}) {
  call("getNetworkType", {}, options, (result) => {
    const said = result.errMsg.slice(result.errMsg.indexOf(":") + 1);
    const known = ["wifi", "edge", "wwan"].indexOf(said) >= 0;
    const type = known ? { errMsg: "getNetworkType:ok", networkType: result.subtype || said } : {};
    return Object.assign(without(result, ["subtype"]), type);
  });
}

function onMenuShare(name, options = {}) {
  const [event, method] = SHARES[name];
  kaquanBridge().on(event, () => {
    if (options.trigger) options.trigger({ errMsg: `${name}:ok` });
    const title = options.title || document.title;
    const args = { title, desc: options.desc || "", link: options.link || location.href, img_url: options.imgUrl || "" };
    if (name === "onMenuShareTimeline") args.desc = title;
    if (/Timeline|AppMessage/.test(name)) Object.assign(args, { type: options.type || "link", data_url: options.dataUrl || "" });
    call(method, args, options);
  });
}

const wx = {
  config,
  ready: (run) => (finished ? run() : ready.push(run)),
  error: (run) => {
    onError = run;
  },
  checkJsApi,
  addCard,
  chooseCard,
  openCard,
  consumeAndShareCard,
  getNetworkType,
  invoke: (name, args, callback) => kaquanBridge().invoke(bridgeName(name), Object.assign({}, args, common()), callback),
  on: (event, callback) => kaquanBridge().on(event, callback),
  miniProgram: { getEnv: (callback) => callback({ miniprogram: false }) },
};
for (const name of PASSED_ON) wx[name] = (options = {}) => call(name, without(options, CALLBACKS), options);
for (const name of Object.keys(SHARES)) wx[name] = (options) => onMenuShare(name, options);
for (const name of Object.keys(EVENTS)) {
  wx[name] = (options = {}) => kaquanBridge().on(EVENTS[name], (answer) => deliver(name, options, told(name, answer)));
}
for (const name of ["navigateBack", "navigateTo", "redirectTo", "switchTab", "reLaunch", "postMessage"]) {
  wx.miniProgram[name] = () => {};
}

window.jWeixin = wx;
window.wx = wx;
if (typeof module === "object" && module.exports) module.exports = wx;
else if (typeof define === "function" && define.amd) define(() => wx);
