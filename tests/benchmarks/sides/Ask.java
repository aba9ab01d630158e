import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.jena.query.Dataset;
import org.apache.jena.query.QueryExecution;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.ReadWrite;
import org.apache.jena.query.ResultSetFormatter;
import org.apache.jena.sys.JenaSystem;
import org.apache.jena.tdb2.TDB2;
import org.apache.jena.tdb2.TDB2Factory;

/** Asks a TDB2 database questions in one process: FOLDER, ROUNDS, SECONDS, query files. Prints file, rows, seconds. */
@SuppressWarnings("deprecation")
public class Ask {
    public static void main(String[] words) throws Exception {
        JenaSystem.init();
        Dataset dataset = TDB2Factory.connectDataset(words[0]);
        int rounds = Integer.parseInt(words[1]);
        long limit = Long.parseLong(words[2]);
        for (int word = 3; word < words.length; word++) {
            Path file = Path.of(words[word]);
            String text = Files.readString(file);
            for (int round = 0; round <= rounds; round++) { // the first warms Java up
                dataset.begin(ReadWrite.READ);
                long begin = System.nanoTime();
                try (QueryExecution asked = QueryExecutionFactory.create(text, dataset)) {
                    asked.getContext().set(TDB2.symUnionDefaultGraph, true);
                    asked.setTimeout(limit, TimeUnit.SECONDS);
                    long rows = ResultSetFormatter.consume(asked.execSelect());
                    double taken = (System.nanoTime() - begin) / 1e9;
                    if (round > 0) {
                        System.out.println(file.getFileName() + " " + rows + " " + taken);
                    }
                } catch (RuntimeException error) {
                    System.err.println(file.getFileName() + ": " + error);
                    break;
                } finally {
                    dataset.end();
                }
            }
        }
    }
}
