"""Forecasts of trends: methods behind one interface, judged by rolling origin, limits and the risk of crossing them."""
