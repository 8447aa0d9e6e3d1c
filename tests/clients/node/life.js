// The whole life of a coupon. What stands before this text gives `sdk`, whose methods return promises, `post` for what
// the SDK has no method for, `token` and `upload`; the result of each step is printed as one line of JSON.

const { body, custom, logo } = JSON.parse(process.argv[1]);
const done = {};

async function refused(call) {
  try {
    return await call;
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message };
  }
}

async function prepare() {
  done.logo = await upload(logo);
  done.colors = await sdk.getColors();
  done.created = await sdk.createCard(body.card);
  done.custom = await sdk.createCard(custom.card);
  done.listed = await sdk.getCards(0, 10, ['CARD_STATUS_NOT_VERIFY']);
  done.ann = (await post('/ext/user', { external_ids: ['ann'] })).users[0].openid;
  done.whitelist = await sdk.setTestWhitelist({ openid: [done.ann], username: [] });
  for (const made of [done.created, done.custom]) {
    await post('/sandbox/approve', { card_id: made.card_id });
  }
  done.stock = await sdk.updateCardStock(done.created.card_id, 5);
  done.less = await sdk.updateCardStock(done.created.card_id, -2);
  done.shown = await sdk.getCard(done.created.card_id);
  done.qr = await sdk.createQRCode({ card_id: done.created.card_id });
}

async function claimAndConsume() {
  const card_id = done.created.card_id;
  const claim = (more) => post('/ext/claim', { card_id, openid: done.ann, ...more });
  done.claimed = await claim({ ticket: done.qr.ticket });
  done.kept = await claim({});
  const asked = { card_id: done.custom.card_id, code: 'A-1', openid: done.ann };
  const card_ext = JSON.stringify(await sdk.getCardExt(asked));
  done.signed = await claim({ card_id: asked.card_id, card_ext });
  done.held = await post('/card/user/getcardlist', { openid: done.ann, card_id });
  done.found = await sdk.getCode(done.claimed.code);
  const hidden = await post('/sandbox/encrypt_code', { card_id, code: done.claimed.code });
  done.decrypted = await sdk.decryptCode(hidden.encrypt_code);
  done.consumed = await sdk.consumeCode(done.claimed.code, card_id);
  done.again = await refused(sdk.consumeCode(done.claimed.code, card_id));
  done.voided = await sdk.unavailableCode('A-1', done.custom.card_id);
}

async function renewAndDelete() {
  const old = await token();
  await twoHoursPass();
  done.after = (await sdk.getColors()).colors.length;
  done.renewed = (await token()) !== old;
  done.deleted = await sdk.deleteCard(done.created.card_id);
  done.late = await refused(post('/ext/claim', { card_id: done.created.card_id, openid: done.ann }));
  done.last = await sdk.consumeCode(done.kept.code, done.created.card_id);
}

// For the server and for the SDK, which trusts its own clock first.
async function twoHoursPass() {
  await post('/sandbox/clock', { advance: 7200 });
  const { now } = Date;
  const { getTime } = Date.prototype;
  const ahead = 7200 * 1000;
  Date.now = () => now() + ahead;
  Date.prototype.getTime = function later() {
    return getTime.call(this) + ahead;
  };
}

async function life() {
  await prepare();
  await claimAndConsume();
  await renewAndDelete();
  console.log(JSON.stringify(done));
}

life().catch((error) => {
  console.error(error);
  process.exit(1);
});
