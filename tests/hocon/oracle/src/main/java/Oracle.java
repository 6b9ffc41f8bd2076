import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Prints one line for each file named: its resolved JSON, or ERROR and why; BROKEN when it is the library's own fault. */
public final class Oracle {
  private Oracle() {}

  public static void main(String[] files) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    for (String file : files) {
      out.println(line(new File(file)));
    }
    out.flush();
  }

  private static String line(File file) {
    try {
      if (!file.isFile()) {
        return "ERROR | no such file";
      }
      Config config = ConfigFactory.parseFile(file).resolve();
      return config.root().render(ConfigRenderOptions.concise());
    } catch (ConfigException.BugOrBroken fault) {
      return "ERROR | BROKEN: " + String.valueOf(fault.getMessage()).replace('\n', ' ');
    } catch (ConfigException | StackOverflowError problem) {
      return "ERROR | " + String.valueOf(problem.getMessage()).replace('\n', ' ');
    }
  }
}
