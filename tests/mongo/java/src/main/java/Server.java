import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;

/** mongo-java-server at a port of this host until it is ended: MongoDB's protocol without transactions, for tests. */
public final class Server {
  public static void main(String[] arguments) throws InterruptedException {
    MongoServer server = new MongoServer(new WholeDocuments());
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    Thread.currentThread().join();
  }

  /** MongoDB reads and writes a document at once; this server changes one member by member, and encodes its answers after its locks. */
  private static final class WholeDocuments extends MemoryBackend {
    @Override
    public synchronized Document handleMessage(MongoMessage message) {
      return super.handleMessage(message).cloneDeeply();
    }
  }
}
