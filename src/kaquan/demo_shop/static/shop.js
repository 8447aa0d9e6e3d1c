"use strict";

const TEXTS = {
  zh: {
    other: "English", claim: "领取", all: "全部领取", use: "付款时用券", open: "我的卡券", left: "剩 {0} 张，每人限 {1} 张",
    asking: "正在核对页面…", ready: "可以领券了", failed: "wx.config 没有通过：{0}", missing: "没有加载到 jweixin：{0}",
    added: "领取成功 {0} 张", cancelled: "没有领取", refused: "{0}", consumed: "已核销 {0}", none: "还没有卡券",
  },
  en: {
    other: "中文", claim: "Get it", all: "Get all", use: "Pay with a card", open: "My cards", left: "{0} left, {1} each",
    asking: "Checking the page…", ready: "Ready", failed: "wx.config was refused: {0}", missing: "jweixin did not load: {0}",
    added: "{0} added", cancelled: "Nothing added", refused: "{0}", consumed: "{0} is used", none: "No cards yet",
  },
};
const PLATFORM = document.querySelector("script").src;
const JS_API_LIST = ["addCard", "chooseCard", "openCard"];
const byId = (id) => document.getElementById(id);

let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
let cards = [];

function text(name, ...values) {
  return TEXTS[language][name].replace(/\{(\d)\}/g, (_, place) => values[place]);
}

function say(name, ...values) {
  const line = document.createElement("li");
  line.textContent = text(name, ...values);
  byId("log").prepend(line);
}

async function ask(path, options) {
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

// What goes wrong in a handler is shown, not lost.
function on(button, action) {
  button.addEventListener("click", () => action().catch((fault) => say("refused", fault.message)));
}

async function addCards(cardIds) {
  const wanted = new URLSearchParams(cardIds.map((cardId) => ["card_id", cardId]));
  wx.addCard({
    cardList: await ask(`/api/add_card?${wanted}`),
    success: (result) => say("added", result.cardList.filter((card) => card.isSuccess).length),
    cancel: () => say("cancelled"),
    fail: (result) => say("refused", result.errMsg),
    complete: () => showCards(),
  });
}

async function useCard() {
  wx.chooseCard({
    ...(await ask("/api/choose_card")),
    success: (result) => {
      const [chosen] = JSON.parse(result.cardList);
      consume(chosen.encrypt_code).catch((fault) => say("refused", fault.message));
    },
    fail: (result) => say("refused", result.errMsg),
  });
}

async function consume(encryptCode) {
  const body = JSON.stringify({ encrypt_code: encryptCode });
  const { code } = await ask("/api/consume", { method: "POST", headers: { "content-type": "application/json" }, body });
  say("consumed", code);
}

async function openCards() {
  const cardList = await ask("/api/mine");
  if (cardList.length) wx.openCard({ cardList, fail: (result) => say("refused", result.errMsg) });
  else say("none");
}

async function showCards() {
  cards = await ask("/api/cards");
  byId("cards").replaceChildren(...cards.map(shown));
}

function shown(card) {
  const [item, title, left, button] = ["li", "strong", "span", "button"].map((name) => document.createElement(name));
  title.textContent = card.title;
  left.textContent = text("left", card.left, card.most);
  button.textContent = text("claim");
  button.disabled = byId("all").disabled;
  on(button, () => addCards([card.card_id]));
  item.append(title, left, button);
  return item;
}

function speak() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const one of document.querySelectorAll("[data-text]")) one.textContent = text(one.dataset.text);
  byId("language").textContent = text("other");
}

function state(name, ...values) {
  byId("state").textContent = text(name, ...values);
}

async function start() {
  speak();
  await showCards();
  if (!window.wx) return state("missing", PLATFORM);
  state("asking");
  // The address the page was loaded with, without its fragment: that is what the signature is for.
  const url = location.href.split("#")[0];
  wx.ready(() => {
    for (const button of document.querySelectorAll("button")) button.disabled = false;
    state("ready");
  });
  wx.error((result) => {
    for (const button of document.querySelectorAll("main button")) button.disabled = true;
    state("failed", result.errMsg);
  });
  return wx.config({ ...(await ask(`/api/config?url=${encodeURIComponent(url)}`)), jsApiList: JS_API_LIST });
}

byId("language").addEventListener("click", () => {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
  speak();
  showCards();
});
on(byId("all"), () => addCards(cards.map((card) => card.card_id)));
on(byId("use"), useCard);
on(byId("open"), openCards);
start().catch((fault) => say("refused", fault.message));
