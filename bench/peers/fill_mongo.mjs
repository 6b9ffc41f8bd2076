// node fill_mongo.mjs URI: stores the events that come as JSON, lists by collection, and makes the indexes that rest_mongo.mjs needs.
import { text } from "node:stream/consumers";
import { MongoClient } from "mongodb";

const client = new MongoClient(process.argv[2]);
for (const [name, events] of Object.entries(JSON.parse(await text(process.stdin)))) {
  const collection = client.db().collection(name);
  await collection.createIndex({ name: 1, _id: 1 });
  await collection.insertMany(events.map(({ id, ...fields }) => ({ _id: id, ...fields })));
}
await client.close();
