"""Service campaigns and recalls (服务活动与召回): which cars are meant, what was done on them, what is reported."""
