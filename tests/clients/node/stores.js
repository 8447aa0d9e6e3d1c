// Stores and people. What stands before this text gives `sdk`, whose methods return promises, and `post`.

const { info } = JSON.parse(process.argv[1]);

async function gone(poiId) {
  try {
    return await sdk.getPoi(poiId);
  } catch (error) {
    return error.code;
  }
}

async function stores() {
  const done = {};
  done.added = await sdk.addPoi(info);
  const poiId = done.added.poi_id;
  await post('/sandbox/approve_store', { poi_id: poiId });
  done.changed = await sdk.updatePoi({ poi_id: poiId, telephone: '13867428497' });
  await post('/sandbox/approve_store', { poi_id: poiId });
  done.found = await sdk.getPoi(poiId);
  done.listed = await sdk.getPois(0, 20);
  done.deleted = await sdk.delPoi(poiId);
  done.gone = await gone(poiId);
  done.ann = (await post('/ext/user', { external_ids: ['ann'] })).users[0].openid;
  done.user = await sdk.getUser(done.ann);
  done.users = await sdk.batchGetUsers([done.ann]);
  done.followers = await sdk.getFollowers();
  console.log(JSON.stringify(done));
}

stores().catch((error) => {
  console.error(error);
  process.exit(1);
});
