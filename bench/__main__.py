import sys

from bench.executer import main

sys.exit(main())
