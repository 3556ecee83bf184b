"""Reading deliveries: pure, every row judged once and on its own, no cell value ever repeated."""
