"""What decisions know beside their own stream: areas of monitoring, homes of the register."""
