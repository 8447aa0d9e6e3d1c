// wechat-api hands results to callbacks; the life of a coupon is written with promises.

const sdk = new Proxy(api, {
  get: (target, name) => (...given) =>
    new Promise((resolve, reject) => {
      const made = target[name](...given, (error, result) => (error ? reject(error) : resolve(result)));
      // What calls nothing takes no callback.
      if (!String(target[`_${name}`] || target[name]).includes('callback')) resolve(made);
    }),
});

const token = async () => (await sdk.getLatestToken()).accessToken;

async function post(path, data) {
  const headers = { 'Content-Type': 'application/json' };
  const url = `${HOST}${path}?access_token=${await token()}`;
  const answer = await sdk.request(url, { dataType: 'json', type: 'POST', data, headers });
  if (answer.errcode) {
    throw Object.assign(new Error(answer.errmsg), { name: 'WeChatAPIError', code: answer.errcode });
  }
  return answer;
}

const upload = (path) => sdk.uploadLogo(path);
